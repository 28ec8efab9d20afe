/**
 * Every known answer and every must-fail case of vectors.json, by an implementation that was written
 * from PROTOCOL.md alone. Where this file and the project's own tests disagree, the document is unclear.
 */
import { describe, expect, test } from 'vitest';
import vectors from './vectors.json' with { type: 'json' };
import {
  boxHash,
  chainNext,
  chainStart,
  checkName,
  decode,
  drawLinkSecret,
  encode,
  fragment,
  hchacha20,
  linkKeys,
  normaliseCode,
  open,
  openName,
  openText,
  pad,
  parseLink,
  seal,
  sealText,
  sessionKeyNames,
  sessionKeys,
  sha256,
  unpad,
} from '../support/independent-crypto.ts';
import type { Chained, Place, SessionKeyName, Slot } from '../support/independent-crypto.ts';

const { sid } = vectors;
const keys = sessionKeys(decode(vectors.sessionKey), sid);
const boxes = vectors.boxes as ((typeof vectors.boxes)[number] & { place: Place })[];
const mustFail = vectors.mustFail as ((typeof vectors.mustFail)[number] & { place: Place })[];
const chain = vectors.chain.entries as { entry: Chained; hash: string }[];

function keyCalled(name: string): Uint8Array {
  const wrapOf = /^wrap of ([ab])$/.exec(name)?.[1];
  if (wrapOf === undefined) return keys[name as SessionKeyName];
  const link = vectors.links.find(({ slot }) => slot === wrapOf)!;
  return linkKeys(parseLink(link.fragment)).wrap;
}

describe('encodings', () => {
  test.each(vectors.base64url.canonical)('[EN1] %j is canonical', (text) => {
    expect(encode(decode(text))).toBe(text);
  });

  test.each(vectors.base64url.refused)('[EN1] %j is refused', (text) => {
    expect(() => decode(text)).toThrow('canonical');
  });

  test('[EN2] every value of the vectors has its length', () => {
    expect(decode(sid)).toHaveLength(8);
    expect(decode(vectors.sessionKey)).toHaveLength(32);
    for (const link of vectors.links) {
      expect(decode(link.secret)).toHaveLength(16);
      expect(decode(link.proof)).toHaveLength(32);
      expect(decode(link.proofHash)).toHaveLength(32);
    }
    for (const { entry, hash } of vectors.chain.entries) {
      expect(decode(entry.cid)).toHaveLength(16);
      expect(decode(hash)).toHaveLength(32);
    }
  });

  test.each(vectors.names.accepted)('[EN3] %j is a name', (input, name) => {
    expect(checkName(input)).toBe(name);
  });

  test.each(vectors.names.refused)('[EN3] %j is no name: %s', (input, why) => {
    expect(() => checkName(input)).toThrow(why);
  });

  test.each(vectors.codes.accepted)('[EN4] %j is the code %s', (input, code) => {
    expect(normaliseCode(input)).toBe(code);
  });

  test.each(vectors.codes.refused)('[EN4] %j is no code', (input) => {
    expect(() => normaliseCode(input)).toThrow('not a code');
  });
});

describe('keys', () => {
  test.each(vectors.links)('[EV1] the link of $slot is read and written', (link) => {
    const read = parseLink(`https://chat.example/c#${link.fragment}`);
    expect(read.sid).toBe(sid);
    expect(encode(read.secret)).toBe(link.secret);
    expect(fragment(sid, decode(link.secret))).toBe(link.fragment);
  });

  test('[EV1] a link that was drawn ends in a letter or digit', () => {
    for (let i = 0; i < 200; i++)
      expect(fragment(sid, drawLinkSecret(sid))).toMatch(/^[\w-]{31}[A-Za-z0-9]$/);
  });

  test.each(vectors.links.map(({ fragment }) => fragment))('[EV1] %s cut is no link', (text) => {
    expect(() => parseLink(`https://chat.example/c#${text.slice(0, -4)}`)).toThrow('not a link');
    expect(() => parseLink(`https://chat.example/c#${text}AAAA`)).toThrow('not a link');
  });

  test.each(vectors.links)('[EV2] proof and wrap of $slot', (link) => {
    const { proof, wrap } = linkKeys(parseLink(link.fragment));
    expect(encode(proof)).toBe(link.proof);
    expect(encode(wrap)).toBe(link.wrap);
  });

  test('[EV2] the vectors know every key of the session', () => {
    expect(Object.keys(vectors.keys).toSorted()).toEqual([...sessionKeyNames].toSorted());
  });

  test.each(sessionKeyNames)('[EV2] the key %s', (name) => {
    expect(encode(keys[name])).toBe(vectors.keys[name]);
  });

  test.each(vectors.links)('[EV3] proofHash of $slot', (link) => {
    expect(encode(sha256(decode(link.proof)))).toBe(link.proofHash);
  });
});

describe('boxes', () => {
  test('[EV4] HChaCha20 gives the answer of draft-irtf-cfrg-xchacha, 2.2.1', () => {
    const key = Uint8Array.from({ length: 32 }, (_, i) => i);
    const nonce = Buffer.from('000000090000004a0000000031415927', 'hex');
    expect(Buffer.from(hchacha20(key, nonce)).toString('hex')).toBe(
      '82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc',
    );
  });

  test.each(boxes)('[EV4] $name opens', ({ key, place, plain, plainIs, paddedLength, box }) => {
    const opened = open(keyCalled(key), place, decode(box));
    expect(opened).toHaveLength(paddedLength);
    if (plainIs === 'base64url') expect(encode(opened)).toBe(plain);
    else expect(openText(keyCalled(key), place, box)).toBe(plain);
  });

  test.each(boxes)('[EV4] $name is sealed to the same bytes', (vector) => {
    const { key, place, nonce, plain, plainIs, box } = vector;
    const sealed =
      plainIs === 'base64url'
        ? encode(seal(keyCalled(key), place, decode(plain), decode(nonce)))
        : sealText(keyCalled(key), place, plain, decode(nonce));
    expect(sealed).toBe(box);
  });

  test.each(vectors.files)('[HT8] $name opens, and is what its message says', (file) => {
    const place = { kind: 'file', sid, slot: file.slot as Slot, id: file.cid } as const;
    const padded = open(keys.file, place, decode(file.box));
    expect(padded).toHaveLength(file.paddedLength);
    const plain = unpad(padded);
    expect(encode(plain)).toBe(file.plain);
    expect(encode(sha256(plain))).toBe(file.hash);
    expect(encode(seal(keys.file, place, padded, decode(file.nonce)))).toBe(file.box);
  });

  test('[EV4] two boxes of the same words differ', () => {
    const place: Place = { kind: 'message', sid, slot: 'a', id: 'ICEiIyQlJicoKSorLC0uLw' };
    const both = [1, 2].map(() => sealText(keys['message/a'], place, 'the same'));
    expect(both[0]).not.toBe(both[1]);
    expect(both.map((box) => openText(keys['message/a'], place, box))).toEqual([
      'the same',
      'the same',
    ]);
  });

  test.each(mustFail)('[EV4] does not open: $why', ({ key, place, box }) => {
    expect(() => openText(keyCalled(key), place, box)).toThrow();
  });

  test.each(mustFail.filter(({ why }) => why.includes('padding')))(
    '[EV5] $why fails for its padding alone',
    ({ key, place, box }) => {
      const padded = open(keyCalled(key), place, decode(box));
      expect(padded).not.toHaveLength(0);
      expect(() => unpad(padded)).toThrow('no padding mark');
    },
  );

  test.each([
    [0, 256],
    [255, 256],
    [256, 512],
    [511, 512],
    [512, 1024],
    [8191, 8192],
    [8192, 16_384],
    [16_383, 16_384],
  ])('[EV5] %i bytes are padded to %i and come back', (length, padded) => {
    const plain = new Uint8Array(length).fill(0x80);
    expect(pad(plain, 16_384)).toHaveLength(padded);
    expect(unpad(pad(plain, 16_384))).toEqual(plain);
  });

  test('[EV5] what does not fit 16 KiB, or a name 256, is refused', () => {
    expect(() => pad(new Uint8Array(16_384), 16_384)).toThrow('too large');
    expect(() => pad(new Uint8Array(256), 256)).toThrow('too large');
  });

  test('[EV5] a key box is 72 bytes and a name box 296', () => {
    const lengths = (kind: string) =>
      boxes.filter(({ place }) => place.kind === kind).map(({ box }) => decode(box).length);
    expect(lengths('key')).toEqual([72, 72]);
    expect(lengths('names')).toEqual([296, 296]);
  });

  test.each(boxes.filter(({ place }) => place.kind === 'names'))(
    '[EV6] $name is shown, and as Guest where it does not open',
    ({ place, plain, box }) => {
      const other: Slot = place.slot === 'a' ? 'b' : 'a';
      expect(openName(keys, sid, place.slot, box)).toBe(plain);
      expect(openName(keys, sid, other, box)).toBe('Guest');
    },
  );

  test('[EV6] a name that opens and breaks EN3 is shown as Guest', () => {
    const place: Place = { kind: 'names', sid, slot: 'a', id: '' };
    for (const [input] of vectors.names.refused.filter(([, why]) => why === 'bad_characters'))
      expect(openName(keys, sid, 'a', sealText(keys.names, place, input!))).toBe('Guest');
  });

  test.each(boxes.filter(({ place }) => ['message', 'control'].includes(place.kind)))(
    '[EV7] $name is JSON of version 1, with prev and after',
    ({ key, place, box }) => {
      expect(key).toBe(`${place.kind}/${place.slot}`);
      const content = JSON.parse(openText(keyCalled(key), place, box)) as Record<string, unknown>;
      expect(content).toMatchObject({
        v: 1,
        kind: expect.any(String) as string,
        after: { seq: expect.any(Number) as number, hash: expect.any(String) as string },
      });
      expect(content['prev'] === null || typeof content['prev'] === 'string').toBe(true);
    },
  );
});

describe('the chain', () => {
  const hashes = [vectors.chain.start, ...chain.map(({ hash }) => hash)];

  test('[EV9] H(0)', () => {
    expect(encode(chainStart(sid))).toBe(vectors.chain.start);
  });

  test.each(chain)('[EV9] H($entry.seq)', ({ entry, hash }) => {
    expect(encode(chainNext(decode(hashes[entry.seq - 1]!), entry))).toBe(hash);
  });

  test.each(chain)('[EV9] H($entry.seq) with the hash in place of the box', ({ entry, hash }) => {
    const { box: _, ...rest } = entry;
    const unsent = { ...rest, hash: boxHash(entry) };
    expect(encode(chainNext(decode(hashes[entry.seq - 1]!), unsent))).toBe(hash);
  });

  test.each(chain)('[EV10] prev and after of entry $entry.seq hold', ({ entry }) => {
    const vector = boxes.find(({ box }) => box === entry.box)!;
    expect(vector.place).toMatchObject({ sid, slot: entry.slot, id: entry.cid });
    const { prev, after } = JSON.parse(vector.plain) as {
      prev: string | null;
      after: { seq: number; hash: string };
    };
    const own = chain.map((item) => item.entry).filter(({ slot }) => slot === entry.slot);
    const before = own.filter(({ seq }) => seq < entry.seq).at(-1)?.cid ?? null;
    expect(prev).toBe(before);
    expect(after.seq).toBeLessThan(entry.seq);
    expect(after.hash).toBe(hashes[after.seq]);
  });
});
