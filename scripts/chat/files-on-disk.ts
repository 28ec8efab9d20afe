/**
 * Files between a chat and the disk of this machine: a picture goes without the place where it was
 * taken, and what comes gets a name that does nothing, in place of no file that is there.
 */
import { open, readFile, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join, parse, resolve } from 'node:path';
import type { Chat } from '../../web/core/chat-view.ts';
import { pictureKind } from '../../web/core/file-kind.ts';
import { fileName } from '../../web/core/file-name.ts';
import { boxBytes, roomLeft } from '../../web/core/file-room.ts';
import type { PreparedFile } from '../../web/core/file-sending.ts';
import { withoutMetadata } from '../../web/core/picture-metadata.ts';
import { sizeText } from './wording.ts';

/** What Windows takes for a device whatever comes after the dot. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** A path as it was typed, against `folder`: ~ is the home folder, quotes around it are none of it. */
export function pathOf(typed: string, folder: string): string {
  const bare = typed.trim().replace(/^(["'])(.*)\1$/, '$2');
  return resolve(
    folder,
    bare.replace(/^~(?=$|[/\\])/, () => homedir()),
  );
}

/** Ready to be sent, or why it cannot be, in a sentence. */
export async function prepareFile(
  path: string,
  chat: Pick<Chat, 'items' | 'limits'>,
): Promise<PreparedFile | string> {
  const limits = chat.limits.value;
  if (!limits) return 'There is no connection yet.';
  const about = await stat(path).catch(() => null);
  if (!about?.isFile()) return 'There is no such file.';
  const room = roomLeft(chat.items.value, limits);
  if (about.size > limits.fileBytes) {
    return `That file is ${sizeText(about.size)}. The limit is ${sizeText(limits.fileBytes)}.`;
  }
  if (room.files === 0 || boxBytes([about.size]) > room.bytes) {
    return 'There is no room for it in this chat.';
  }
  const bytes = await readFile(path).catch(() => null);
  if (!bytes) return 'That file cannot be read.';
  const kind = pictureKind(bytes);
  const clean = kind === null ? bytes : withoutMetadata(bytes, kind);
  if (!clean) return 'That picture is damaged, or where it was taken cannot be removed from it.';
  const name = fileName(basename(path), 'file');
  return { bytes: clean, about: { name, mime: kind ?? 'application/octet-stream' } };
}

/** A name to save under: nothing hidden, no option of a command, no device. */
export function safeName(name: string): string {
  const plain = fileName(name, 'file').replace(/^-+/, '') || 'file';
  return DEVICE.test(plain) ? `_${plain}` : plain;
}

/**
 * Writes a file and resolves to where; throws if it cannot. `wanted`: a folder, or a path that must
 * not be there yet; null: the present folder, under the name it came with, numbered if need be.
 */
export async function saveFile(
  { name, bytes }: { name: string; bytes: Uint8Array },
  wanted: string | null,
  folder: string,
): Promise<string> {
  const target = wanted === null ? folder : pathOf(wanted, folder);
  const isFolder = await stat(target).then(
    (about) => about.isDirectory(),
    () => false,
  );
  if (!isFolder) return writeNew(target, bytes);
  const { name: stem, ext } = parse(safeName(name));
  for (let number = 1; ; number++) {
    const path = join(target, number === 1 ? stem + ext : `${stem} (${number})${ext}`);
    try {
      return await writeNew(path, bytes);
    } catch (error) {
      if (!isThere(error)) throw error;
    }
  }
}

/** For its owner only, and through no link that somebody has laid there. */
async function writeNew(path: string, bytes: Uint8Array): Promise<string> {
  const file = await open(path, 'wx', 0o600);
  try {
    await writeFile(file, bytes);
  } finally {
    await file.close();
  }
  return path;
}

export function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
