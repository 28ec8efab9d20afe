/** The files of server/deploy, which others copy, and what they say that the server wants. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../server/deploy/', import.meta.url));

export function shipped(file: string): string {
  return readFileSync(FOLDER + file, 'utf8');
}

/** The settings that a file names with a value: NAME=value, in its comments too. */
export function wantedSettings(file: string): Record<string, string> {
  const named = shipped(file).matchAll(/\b([A-Z]+(?:_[A-Z]+)*)=(\S*[^\s.,])/g);
  return Object.fromEntries([...named].map(([, name = '', value = '']) => [name, value]));
}
