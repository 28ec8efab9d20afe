/** What the documents say about the settings is what server/config.ts says; what they name exists. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { documents } from '../scripts/settings-table.ts';
import { ATTACKS, NAMED } from './attacks/attacks.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

it.each(documents())('$file is up to date (npx tsx scripts/settings-table.ts)', (document) => {
  expect(document.present).toBe(document.wanted);
});

it('SECURITY.md names every attack there is, and no test that there is not', () => {
  const text = readFileSync(`${root}SECURITY.md`, 'utf8');
  const table = text.slice(text.indexOf('## How it is tried'));
  const ids = [...ATTACKS, ...NAMED].map(({ id }) => id);
  expect(ids.filter((id) => !table.includes(`\`${id}\``))).toEqual([]);
  const paths = [...table.matchAll(/\btest\/[\w/.-]*\w/g)].map(([path]) => path);
  expect(paths.length).toBeGreaterThan(3);
  expect(paths.filter((path) => !existsSync(root + path))).toEqual([]);
});
