/** What a file is, by its first bytes: the word of who sent it counts for nothing. */

const PICTURES = [
  { mime: 'image/jpeg', at: 0, magic: '\xff\xd8\xff' },
  { mime: 'image/png', at: 0, magic: '\x89PNG\r\n\x1a\n' },
  { mime: 'image/gif', at: 0, magic: 'GIF8' },
  { mime: 'image/webp', at: 8, magic: 'WEBP' },
  { mime: 'image/avif', at: 4, magic: 'ftypavif' },
] as const;

const SOUNDS = [
  { mime: 'audio/webm', at: 0, magic: '\x1a\x45\xdf\xa3' },
  { mime: 'audio/ogg', at: 0, magic: 'OggS' },
  { mime: 'audio/mp4', at: 4, magic: 'ftyp' },
] as const;

export type PictureKind = (typeof PICTURES)[number]['mime'];
export type SoundKind = (typeof SOUNDS)[number]['mime'];

/** Null for all else: SVG too, which can hold more than a picture. */
export function pictureKind(bytes: Uint8Array): PictureKind | null {
  return kindIn(PICTURES, bytes);
}

export function soundKind(bytes: Uint8Array): SoundKind | null {
  return kindIn(SOUNDS, bytes);
}

function kindIn<T extends string>(
  kinds: readonly { mime: T; at: number; magic: string }[],
  bytes: Uint8Array,
): T | null {
  const found = kinds.find(({ at, magic }) => textAt(bytes, at, magic.length) === magic);
  return found?.mime ?? null;
}

/** Bytes as characters of the same number. */
export function textAt(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
