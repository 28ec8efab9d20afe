/**
 * Pictures without what cameras and programs write beside them: where and when, with what, by whom.
 * Their pixels stay as they are, to the byte. Of a JPEG stays how it is to be turned.
 */
import { textAt, type PictureKind } from './file-kind.ts';

/** Null for a picture that is not whole, or of a kind that is not known here. */
export function withoutMetadata(bytes: Uint8Array, kind: PictureKind): Uint8Array | null {
  try {
    return STRIP[kind]?.(bytes) ?? null;
  } catch {
    // Read past its end.
    return null;
  }
}

const STRIP: Partial<Record<PictureKind, (bytes: Uint8Array) => Uint8Array>> = {
  'image/jpeg': (bytes) => joined(jpegParts(bytes)),
  'image/png': (bytes) => joined(pngParts(bytes)),
  'image/webp': webp,
  'image/gif': (bytes) => joined(gifParts(bytes)),
};

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function part(bytes: Uint8Array, from: number, to: number): Uint8Array {
  if (to > bytes.length || to < from) throw new RangeError('not whole');
  return bytes.subarray(from, to);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

// PNG: length, type, data, checksum. What comes behind IEND is no part of the picture.
const PNG_DROPPED = new Set(['eXIf', 'tEXt', 'zTXt', 'iTXt', 'tIME']);

function pngParts(bytes: Uint8Array): Uint8Array[] {
  const parts = [part(bytes, 0, 8)];
  const view = viewOf(bytes);
  for (let at = 8; ;) {
    const end = at + 12 + view.getUint32(at);
    const type = textAt(bytes, at + 4, 4);
    if (!PNG_DROPPED.has(type)) parts.push(part(bytes, at, end));
    if (type === 'IEND') return parts;
    at = end;
  }
}

// WebP: RIFF chunks of even length; the first says in bits which others there are.
const WEBP_EXIF_AND_XMP = 0x0c;

function webp(bytes: Uint8Array): Uint8Array {
  const parts = [part(bytes, 0, 12)];
  const view = viewOf(bytes);
  const end = Math.min(bytes.length, 8 + view.getUint32(4, true));
  for (let at = 12; at < end;) {
    const length = view.getUint32(at + 4, true);
    const next = at + 8 + length + (length % 2);
    const type = textAt(bytes, at, 4);
    if (type !== 'EXIF' && type !== 'XMP ') parts.push(part(bytes, at, Math.min(next, end)));
    at = next;
  }
  const whole = joined(parts);
  viewOf(whole).setUint32(4, whole.length - 8, true);
  if (textAt(whole, 12, 4) === 'VP8X') whole[20] = (whole[20] ?? 0) & ~WEBP_EXIF_AND_XMP;
  return whole;
}

// GIF: what plays it stays (FF with one of these names), comments and all other programs' words go.
const GIF_KEPT = new Set(['NETSCAPE2.0', 'ANIMEXTS1.0']);

function gifParts(bytes: Uint8Array): Uint8Array[] {
  const tableLength = (packed: number) => (packed & 0x80 ? 3 * 2 ** ((packed & 7) + 1) : 0);
  const byteAt = (at: number) => viewOf(bytes).getUint8(at);
  const behindBlocks = (from: number) => {
    let at = from;
    while (byteAt(at) !== 0) at += byteAt(at) + 1;
    return at + 1;
  };
  let at = 13 + tableLength(byteAt(10));
  const parts = [part(bytes, 0, at)];
  for (;;) {
    const from = at;
    const mark = byteAt(at);
    if (mark === 0x3b) return [...parts, part(bytes, at, at + 1)];
    if (mark === 0x2c) {
      at = behindBlocks(at + 11 + tableLength(byteAt(at + 9)));
      parts.push(part(bytes, from, at));
    } else if (mark === 0x21) {
      const label = byteAt(at + 1);
      const isKept = label === 0xff ? GIF_KEPT.has(textAt(bytes, at + 3, 11)) : label !== 0xfe;
      at = behindBlocks(at + 2);
      if (isKept) parts.push(part(bytes, from, at));
    } else throw new RangeError('no block of a GIF');
  }
}

// JPEG: segments, each with its length; behind a scan its data, in which FF is followed by 00.
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const COM = 0xfe;

function jpegParts(bytes: Uint8Array): Uint8Array[] {
  const view = viewOf(bytes);
  const parts = [part(bytes, 0, 2)];
  for (let at = 2; ;) {
    if (view.getUint8(at) !== 0xff) throw new RangeError('no segment');
    const mark = view.getUint8(at + 1);
    if (mark === 0xff) {
      at += 1;
      continue;
    }
    if (mark === EOI) return [...parts, part(bytes, at, at + 2)];
    if (mark === SOI || mark === 0) throw new RangeError('no segment');
    const end = mark === SOS ? behindScan(view, at) : at + 2 + view.getUint16(at + 2);
    const segment = part(bytes, at, end);
    if (isPicture(mark, segment)) parts.push(segment);
    else if (mark === 0xe1) parts.push(...turned(segment));
    at = end;
  }
}

/** APP0, a colour profile, and what says how colours are kept; all other APPn and comments go. */
function isPicture(mark: number, segment: Uint8Array): boolean {
  if (mark === 0xe2) return textAt(segment, 4, 11) === 'ICC_PROFILE';
  return mark !== COM && (mark < 0xe0 || mark > 0xef || mark === 0xe0 || mark === 0xee);
}

function behindScan(view: DataView, from: number): number {
  let at = from + 2 + view.getUint16(from + 2);
  for (;;) {
    if (view.getUint8(at) === 0xff) {
      const next = view.getUint8(at + 1);
      const isData = next === 0 || (next >= 0xd0 && next <= 0xd7);
      if (!isData && next !== 0xff) return at;
    }
    at += 1;
  }
}

const ORIENTATION = 0x0112;

/** An Exif segment that says nothing but how the picture is to be turned, if this one does. */
function turned(segment: Uint8Array): Uint8Array[] {
  const orientation = textAt(segment, 4, 6) === 'Exif\0\0' ? orientationIn(segment) : 1;
  if (orientation < 2 || orientation > 8) return [];
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation];
  const head = [0xff, 0xe1, 0, 34, 0x45, 0x78, 0x69, 0x66, 0, 0];
  return [Uint8Array.from([...head, ...tiff, 0, 0, 0, 0, 0, 0])];
}

/** 1 where it is not said. */
function orientationIn(segment: Uint8Array): number {
  try {
    const view = viewOf(segment.subarray(10));
    const isLittle = view.getUint16(0) === 0x4949;
    const start = view.getUint32(4, isLittle);
    for (let i = 0; i < view.getUint16(start, isLittle); i++) {
      const at = start + 2 + i * 12;
      if (view.getUint16(at, isLittle) === ORIENTATION) return view.getUint16(at + 8, isLittle);
    }
  } catch {
    // Cut short.
  }
  return 1;
}
