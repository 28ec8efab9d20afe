/** The walls of the design, held against every source file; and proof that a break is seen. */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { violations } from './support/architecture.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const { dependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  dependencies: Record<string, string>; // npm refuses anything else
};
const runtime = Object.keys(dependencies);

function filesUnder(folder: string): string[] {
  return readdirSync(`${root}${folder}`, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === 'dist' ? [] : filesUnder(path);
    return /\.(ts|tsx|js)$/.test(entry.name) ? [path] : [];
  });
}

it('no source file breaks the design', () => {
  const files = ['server', 'web', 'scripts'].flatMap(filesUnder);
  const sources = new Map(files.map((file) => [file, readFileSync(root + file, 'utf8')]));
  expect(sources.size).toBeGreaterThan(10);
  expect(violations(sources, runtime)).toEqual([]);
});

describe('a break is found:', () => {
  const found = (sources: Record<string, string>) =>
    violations(new Map(Object.entries(sources)), runtime);

  it.each([
    ['server/protocol/x.ts', `import '../config.ts'`, 'may not import server/config.ts'],
    ['server/protocol/x.ts', `import { z } from 'nanoid'`, 'may not import nanoid'],
    ['server/protocol/x.ts', `import 'node:fs'`, 'may not import node:fs'],
    ['server/store/x.ts', `import '../live/hub.ts'`, 'may not import server/live/hub.ts'],
    ['server/store/x.ts', `export * from '../app.ts'`, 'may not import server/app.ts'],
    ['server/live/x.ts', `import '../store/redis.ts'`, 'may not import server/store/redis.ts'],
    ['server/live/x.ts', `await import('../routes/a.ts')`, 'may not import server/routes/a.ts'],
    [
      'server/live/x.ts',
      `import { SETTINGS } from '../config.ts'`,
      'may import only types from server/config.ts',
    ],
    [
      'server/live/x.ts',
      `import { WebSocket } from 'ws'`,
      'needs ws at run time, which is not in "dependencies"',
    ],
    ['server/config.ts', `import './app.ts'`, 'may not import server/app.ts'],
    ['server/app.ts', `import '../web/core/x.ts'`, 'may not import web/core/x.ts'],
    ['web/core/x.ts', `import '../../server/app.ts'`, 'may not import server/app.ts'],
    ['web/core/x.ts', `import '../ui/App.tsx'`, 'may not import web/ui/App.tsx'],
    ['web/core/x.ts', `import { signal } from '@preact/signals'`, 'may not import @preact/signals'],
    [
      'web/ui/X.tsx',
      `export { parse } from '../../server/protocol/parse.ts'; <p />`,
      'may import only types from server/protocol/parse.ts',
    ],
    ['web/ui/x.ts', `import { fastify } from 'fastify'`, 'may not import fastify'],
    ['scripts/x.ts', `import '../server/app.ts'`, 'may not import server/app.ts'],
    [
      'scripts/x.js',
      `import 'vite'`,
      'runs before the dependencies are there, so may load vite only by import()',
    ],
    ['web/other/x.ts', `import 'preact'`, 'belongs to no area of the design'],
  ])('%s with %s', (file, source, problem) => {
    expect(found({ [file]: source })).toEqual([`${file}: ${problem}`]);
  });

  it('a cycle, also through types', () => {
    const sources = {
      'web/core/a.ts': `import type { B } from './b.ts'`,
      'web/core/b.ts': `import { c } from './c'`,
      'web/core/c.ts': `export * from './a.js'`,
    };
    expect(found(sources)).toEqual([
      'import cycle: web/core/a.ts → web/core/b.ts → web/core/c.ts → web/core/a.ts',
    ]);
  });

  it('a name that says nothing, and length without a reason', () => {
    const long = '\n'.repeat(300) + 'export {};';
    expect(found({ 'web/core/utils.ts': '' })).toHaveLength(1);
    expect(found({ 'web/ui/helpers/x.ts': '' })).toHaveLength(1);
    expect(found({ 'web/core/x.ts': long })).toHaveLength(1);
    expect(found({ 'web/core/x.ts': `// Long because it is one table.\n${long}` })).toEqual([]);
  });

  it.each([
    `export const show = (text: string) => { document.body.innerHTML = text }`,
    `export const X = () => <p dangerouslySetInnerHTML={{ __html: '' }} />`,
    `document.body.insertAdjacentHTML('beforeend', '')`,
    `document.write('')`,
    `export const made = new Function('')`,
    `export const made = eval('1')`,
    `trustedTypes.createPolicy('duologue', {})`,
    `export const X = () => <a href="JavaScript:void 0">x</a>`,
  ])('text that becomes markup or code: %s', (source) => {
    expect(found({ 'web/ui/X.tsx': source })).toHaveLength(1);
    expect(found({ 'scripts/x.ts': source.replace(/<.*>/, '0') })).toEqual([]);
  });

  it('and what is allowed is not', () => {
    const sources = {
      'server/protocol/a.ts': `import { hkdf } from '@noble/hashes/hkdf.js'`,
      'server/live/a.ts': `import type { Config } from '../config.ts'; import '../store/store.ts'`,
      'server/app.ts': `import './live/a.ts'; import fastify from 'fastify'; import 'node:fs'`,
      'web/ui/A.tsx': `import './a.css'; import('qrcode'); import { b } from '../core/b.ts'`,
      'web/core/b.ts': `import { signal } from '@preact/signals-core'`,
      'scripts/a.js': `import 'node:fs'; await import('vite')`,
    };
    expect(found(sources)).toEqual([]);
  });
});
