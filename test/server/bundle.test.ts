/** The server as it is built: what makes it start soon and small stays in it. */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('is in ASCII, compiled when it is read, and has a table for the methods of ioredis', () => {
  const dist = fileURLToPath(new URL('../../server/dist/', import.meta.url));
  const files = readdirSync(dist).filter((name) => name.endsWith('.js'));
  expect(files).toContain('main.js');
  const texts = files.map((name) => readFileSync(dist + name, 'utf8'));
  // oxlint-disable-next-line no-control-regex -- what is not ASCII
  expect(files.filter((_, i) => /[^\0-\x7f]/.test(texts[i] ?? ''))).toEqual([]);
  expect(texts.join('')).toContain('delete Commander.prototype.other');
  const modules = texts.join('').match(/\b__commonJSMin\((?:\(function\()?/g) ?? [];
  expect(modules.length).toBeGreaterThan(100);
  expect(new Set(modules)).toEqual(new Set(['__commonJSMin((function(']));
});
