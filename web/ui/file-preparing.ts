/**
 * From a file that was chosen to what will be sent of it: a picture without the place where it was
 * taken, turned as it is to be seen, and with its size.
 */
import { pictureKind, type PictureKind } from '../core/file-kind.ts';
import { fileName } from '../core/file-name.ts';
import type { PreparedFile } from '../core/file-sending.ts';
import { withoutMetadata } from '../core/picture-metadata.ts';
import { filesText } from './catalogue/files-catalogue.ts';

export type Prepared =
  | { file: PreparedFile; isPicture: boolean }
  | { problem: 'too_large' | 'unreadable' | 'damaged'; size: number };

/** Some browsers draw no larger ones. */
const MAX_PIXELS = 16_777_216;
const QUALITY = 0.92;
/** Tried in turn while a photo is larger than the limit: share of its sides, quality. */
const SMALLER = [
  [0.75, 0.88],
  [0.5, 0.85],
  [0.35, 0.8],
] as const;

/** `maxBytes`: the server takes no larger file. */
export async function prepareFile(chosen: File, maxBytes: number): Promise<Prepared> {
  const { size } = chosen;
  const head = await bytesOf(chosen.slice(0, 64));
  if (!head) return { problem: 'unreadable', size };
  const kind = pictureKind(head);
  // A photo can be made to fit, anything else cannot; and nobody waits for what is far too large.
  if (size > (kind === 'image/jpeg' ? maxBytes * 10 : maxBytes))
    return { problem: 'too_large', size };
  const bytes = await bytesOf(chosen);
  if (!bytes) return { problem: 'unreadable', size };
  if (kind === null) return { file: plainFile(chosen, bytes), isPicture: false };
  return preparePicture(chosen, bytes, kind, maxBytes);
}

async function preparePicture(
  chosen: File,
  bytes: Uint8Array,
  kind: PictureKind,
  maxBytes: number,
): Promise<Prepared> {
  const bitmap = await bitmapOf(new Blob([plainBuffer(bytes)], { type: kind }));
  const clean = await cleaned(bytes, kind, bitmap, maxBytes);
  const measures = bitmap && { width: bitmap.width, height: bitmap.height };
  bitmap?.close();
  if (!clean) return { problem: 'damaged', size: bytes.length };
  if (clean.bytes.length > maxBytes) return { problem: 'too_large', size: clean.bytes.length };
  const name = nameOf(chosen, filesText.pictureName, clean.mime);
  const about = { name, mime: clean.mime, ...measures, ...clean.measures };
  // What no browser shows is a file like any other.
  return { file: { bytes: clean.bytes, about }, isPicture: bitmap !== null };
}

interface Clean {
  bytes: Uint8Array;
  mime: string;
  measures?: { width: number; height: number };
}

async function cleaned(
  bytes: Uint8Array,
  kind: PictureKind,
  bitmap: ImageBitmap | null,
  maxBytes: number,
): Promise<Clean | null> {
  const isDrawn = kind === 'image/jpeg' || kind === 'image/avif';
  const drawn = isDrawn && bitmap && (await redrawn(bitmap, maxBytes));
  if (drawn) return drawn;
  const stripped = withoutMetadata(bytes, kind);
  return stripped && { bytes: stripped, mime: kind };
}

/** As a JPEG, by a canvas; null where the browser draws something else than it was given. */
async function redrawn(bitmap: ImageBitmap, maxBytes: number): Promise<Clean | null> {
  if (!isCanvasHonest()) return null;
  const most = Math.min(1, Math.sqrt(MAX_PIXELS / (bitmap.width * bitmap.height)));
  let best: Clean | null = null;
  for (const [share, quality] of [[1, QUALITY] as const, ...SMALLER]) {
    const width = Math.max(1, Math.round(bitmap.width * most * share));
    const height = Math.max(1, Math.round(bitmap.height * most * share));
    const blob = await drawnBlob(bitmap, width, height, quality);
    const bytes = blob && (await bytesOf(blob));
    if (!bytes) return best;
    best = { bytes, mime: 'image/jpeg', measures: { width, height } };
    if (bytes.length <= maxBytes) return best;
  }
  return best;
}

function drawnBlob(
  bitmap: ImageBitmap,
  width: number,
  height: number,
  quality: number,
): Promise<Blob | null> {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d');
  if (!context) return Promise.resolve(null);
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality));
}

/** Browsers that resist fingerprinting give noise back: nobody wants that for a picture. */
function isCanvasHonest(): boolean {
  const canvas = Object.assign(document.createElement('canvas'), { width: 8, height: 8 });
  const context = canvas.getContext('2d');
  if (!context) return false;
  context.fillStyle = 'rgb(10 120 230)';
  context.fillRect(0, 0, 8, 8);
  const { data } = context.getImageData(0, 0, 8, 8);
  return data.every((value, index) => value === [10, 120, 230, 255][index % 4]);
}

/** Turned as it is to be seen; null for what is no picture to this browser. */
async function bitmapOf(blob: Blob): Promise<ImageBitmap | null> {
  try {
    return await createImageBitmap(blob, { imageOrientation: 'from-image' });
  } catch {
    return null;
  }
}

function plainFile(chosen: File, bytes: Uint8Array): PreparedFile {
  const mime = /^[\w.+-]{1,60}\/[\w.+-]{1,60}$/.test(chosen.type)
    ? chosen.type
    : 'application/octet-stream';
  return { bytes, about: { name: nameOf(chosen, filesText.fileName), mime } };
}

/** With the ending of what it has become. */
function nameOf(chosen: File, fallback: string, mime?: string): string {
  const name = fileName(chosen.name, fallback);
  if (mime !== 'image/jpeg' || /\.jpe?g$/i.test(name)) return name;
  return `${name.replace(/\.[^.]*$/, '')}.jpg`;
}

/** Null where it cannot be read: a folder, or a file that is gone. */
async function bytesOf(blob: Blob): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch {
    return null;
  }
}

/** For a Blob. as: nothing here is a view of shared memory. */
export function plainBuffer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>;
}
