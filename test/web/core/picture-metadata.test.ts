import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileName } from '../../../web/core/file-name.ts';
import { pictureKind } from '../../../web/core/file-kind.ts';
import { withoutMetadata } from '../../../web/core/picture-metadata.ts';

const PLACE = 'N 47 22 40';
const latin = (text: string) => Buffer.from(text, 'latin1');
const u16 = (value: number) => Buffer.from([value >> 8, value & 255]);
const u32 = (value: number, little = false) => {
  const bytes = Buffer.alloc(4);
  if (little) bytes.writeUInt32LE(value);
  else bytes.writeUInt32BE(value);
  return bytes;
};
const join = (...parts: (Buffer | number[])[]) =>
  Buffer.concat(parts.map((part) => Buffer.from(part)));

const segment = (mark: number, content: Buffer) =>
  join([0xff, mark], u16(content.length + 2), content);
const tiff = (orientation: number) =>
  join(
    latin('Exif\0\0II*\0\x08\0\0\0\x01\0'),
    [0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0],
    latin(PLACE),
  );
const scan = join(segment(0xda, Buffer.alloc(6)), [1, 2, 0xff, 0, 3, 0xff, 0xd0, 4]);
const jpeg = (...segments: Buffer[]) => join([0xff, 0xd8], ...segments, scan, [0xff, 0xd9]);
const icc = segment(0xe2, latin('ICC_PROFILE\0\x01\x01profile'));

const chunk = (type: string, content: Buffer) =>
  join(u32(content.length), latin(type), content, u32(0));
const SIGNATURE = latin('\x89PNG\r\n\x1a\n');
const header = chunk('IHDR', Buffer.alloc(13));
const pixels = chunk('IDAT', deflateSync(Buffer.alloc(9)));
const end = chunk('IEND', Buffer.alloc(0));

const riff = (...chunks: Buffer[]) => {
  const body = join(latin('WEBP'), ...chunks);
  return join(latin('RIFF'), u32(body.length, true), body);
};
const part = (type: string, content: Buffer) =>
  join(latin(type), u32(content.length, true), content, Buffer.alloc(content.length % 2));

const screen = join(latin('GIF89a'), [1, 0, 1, 0, 0x80, 0, 0], Buffer.alloc(6));
const frame = join([0x2c], Buffer.alloc(8), [0], [2, 2, 0x4c, 1, 0]);
const loop = join([0x21, 0xff, 11], latin('NETSCAPE2.0'), [3, 1, 0, 0, 0]);

const strip = (bytes: Buffer) => {
  const kind = pictureKind(bytes);
  const clean = kind && withoutMetadata(bytes, kind);
  return clean && Buffer.from(clean);
};

describe('a picture loses what tells of its taking', () => {
  it('a JPEG keeps its pixels, its colours and how it is turned', () => {
    const taken = jpeg(
      segment(0xe0, latin('JFIF\0')),
      segment(0xe1, tiff(6)),
      segment(0xe1, latin(`http://ns.adobe.com/xap/1.0/\0${PLACE}`)),
      icc,
      segment(0xed, latin(PLACE)),
      segment(0xfe, latin(PLACE)),
    );
    const clean = strip(join(taken, latin(`behind it ${PLACE}`)))!;
    expect(clean.includes(PLACE)).toBe(false);
    expect(clean.subarray(-scan.length - 2)).toEqual(join(scan, [0xff, 0xd9]));
    expect(clean.includes(icc)).toBe(true);
    const turned = clean.subarray(clean.indexOf('Exif'));
    expect([...turned.subarray(6, 26)]).toEqual([
      ...[0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6],
    ]);
    expect(strip(clean)).toEqual(clean);
    expect(strip(jpeg(segment(0xe1, tiff(1))))!.includes('Exif')).toBe(false);
  });

  it('a PNG', () => {
    const plain = join(SIGNATURE, header, pixels, end);
    const words = ['eXIf', 'tEXt', 'iTXt', 'zTXt', 'tIME'].map((type) => chunk(type, latin(PLACE)));
    expect(strip(join(SIGNATURE, header, ...words, pixels, end, latin(PLACE)))).toEqual(plain);
    expect(strip(plain)).toEqual(plain);
  });

  it('a WebP, which then says that it has none', () => {
    const flags = (value: number) => part('VP8X', join([value], Buffer.alloc(9)));
    const taken = riff(
      flags(0x1e),
      part('VP8 ', latin('odd')),
      part('EXIF', latin(PLACE)),
      part('XMP ', latin(PLACE)),
    );
    expect(strip(taken)).toEqual(riff(flags(0x12), part('VP8 ', latin('odd'))));
  });

  it('a GIF, which goes on moving', () => {
    const word = join([0x21, 0xfe, PLACE.length], latin(PLACE), [0]);
    const program = join([0x21, 0xff, 11], latin('XMP DataXMP'), [PLACE.length], latin(PLACE), [0]);
    const taken = join(screen, word, loop, program, frame, [0x3b], latin(PLACE));
    expect(strip(taken)).toEqual(join(screen, loop, frame, [0x3b]));
  });

  it('is refused where it is not whole, and never read past its end', () => {
    for (const whole of [
      jpeg(icc),
      join(SIGNATURE, header, pixels, end),
      join(screen, loop, frame, [0x3b]),
    ]) {
      for (let length = 12; length < whole.length; length += 1) {
        expect(strip(whole.subarray(0, length))).toBeNull();
      }
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        for (const start of [
          [0xff, 0xd8, 0xff, 0xe1],
          SIGNATURE,
          screen,
          latin('RIFF\0\0\0\0WEBP'),
        ]) {
          strip(join(Buffer.from(start), Buffer.from(noise)));
        }
      }),
    );
  });
});

describe('the name of a file', () => {
  it.each([
    ['report.pdf', 'report.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Windows\\x.exe', 'x.exe'],
    ['.bashrc', 'bashrc'],
    ['invoice\u202efdp.exe', 'invoicefdp.exe'],
    ['a\u0000b\nc<d>|?.txt', 'abcd.txt'],
    ['', 'file'],
    ['...', 'file'],
    ['مستند.pdf', 'مستند.pdf'],
  ])('%j is saved as %j', (given, name) => {
    expect(fileName(given, 'file')).toBe(name);
  });

  it('keeps its ending when it is too long', () => {
    const long = fileName(`${'x'.repeat(500)}.jpeg`, 'file');
    expect([long.length, long.endsWith('x.jpeg')]).toEqual([100, true]);
  });
});
