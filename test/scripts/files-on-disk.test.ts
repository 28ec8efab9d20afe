/** What comes gets a name that does nothing, in the place of no file; a picture goes without a place. */
import {
  lstatSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { signal } from '@preact/signals-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { pathOf, prepareFile, safeName, saveFile } from '../../scripts/chat/files-on-disk.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'duologue-files-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = (name: string, text = 'x') => ({ name, bytes: Buffer.from(text) });

it.each([
  ['../../etc/passwd', 'passwd'],
  ['..\\..\\boot.ini', 'boot.ini'],
  ['.bashrc', 'bashrc'],
  ['-rf', 'rf'],
  ['--', 'file'],
  ['a\x1b[2Jb\n.txt', 'a[2Jb.txt'],
  ['\u202egpj.exe', 'gpj.exe'],
  ['NUL', '_NUL'],
  ['com1.txt', '_com1.txt'],
  ['', 'file'],
])('%j is saved as %j', (name, safe) => expect(safeName(name)).toBe(safe));

it('takes the place of no file, and follows no link that somebody has laid', async () => {
  writeFileSync(join(folder, 'a.txt'), 'mine');
  symlinkSync(join(folder, 'elsewhere'), join(folder, 'a (2).txt'));
  expect(await saveFile(file('a.txt'), null, folder)).toBe(join(folder, 'a (3).txt'));
  await expect(saveFile(file('b.txt'), 'a.txt', folder)).rejects.toThrow('EEXIST');
  await expect(saveFile(file('b.txt'), 'a (2).txt', folder)).rejects.toThrow('EEXIST');
  expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('mine');
  expect(lstatSync(join(folder, 'a (2).txt')).isSymbolicLink()).toBe(true);
  expect(readdirSync(folder)).toHaveLength(3);
  // Nobody else on this machine reads it, and nobody runs it.
  expect(statSync(join(folder, 'a (3).txt')).mode & 0o777).toBe(0o600);
});

it('reads a path as people type it', () => {
  expect(pathOf(' "a b.txt" ', '/here')).toBe('/here/a b.txt');
  expect(pathOf('~/a.txt', '/here')).toBe(join(homedir(), 'a.txt'));
  expect(pathOf('/there/a.txt', '/here')).toBe('/there/a.txt');
});

it('sends a picture without what is written beside it, and says why a file cannot go', async () => {
  const limits = { messageBytes: 1, fileBytes: 1_000, filesBytes: 3_000, files: 2, entries: 1 };
  const chat = { items: signal([]), limits: signal(limits) };
  const chunk = (type: string, data: string) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, Buffer.from(type + data), Buffer.alloc(4)]);
  };
  const png = (...chunks: Buffer[]) =>
    Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...chunks]);
  const picture = [
    chunk('IHDR', 'x'.repeat(13)),
    chunk('IDAT', 'data'),
    chunk('IEND', ''),
  ] as const;
  writeFileSync(
    join(folder, 'a.png'),
    png(picture[0], chunk('tEXt', 'place'), picture[1], picture[2]),
  );
  writeFileSync(join(folder, 'half.png'), png(picture[0]));
  writeFileSync(join(folder, 'large'), 'x'.repeat(1_001));
  const prepared = (name: string) => prepareFile(join(folder, name), chat);
  expect(await prepared('a.png')).toEqual({
    bytes: new Uint8Array(png(...picture)),
    about: { name: 'a.png', mime: 'image/png' },
  });
  expect(await prepared('half.png')).toMatch(/^That picture is damaged/);
  expect(await prepared('large')).toMatch(/^That file is 1001 bytes. The limit is 1000 bytes/);
  expect(await prepared('none')).toBe('There is no such file.');
  expect(await prepared('.')).toBe('There is no such file.');
});
