import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { open, seal } from '../../../server/protocol/envelope/box.ts';
import { chainNext, chainStart } from '../../../server/protocol/envelope/chain.ts';
import {
  openControl,
  openEntry,
  paddedContentBytes,
  sealControl,
  sealMessage,
} from '../../../server/protocol/envelope/entry-box.ts';
import { hashFile, openFile, sealFile } from '../../../server/protocol/envelope/file-box.ts';
import {
  openKey,
  openName,
  sealKey,
  sealName,
} from '../../../server/protocol/envelope/session-boxes.ts';
import {
  deriveLinkKeys,
  deriveSessionKeys,
  hashProof,
} from '../../../server/protocol/envelope/keys.ts';
import {
  fileBoxLength,
  filePaddedLength,
  messagePaddedLength,
  pad,
  unpad,
} from '../../../server/protocol/envelope/padding.ts';
import { sha256 } from '@noble/hashes/sha2.js';
import { fromBase64Url, toBase64Url } from '../../../server/protocol/encoding.ts';
import { KEY_BOX_BYTES, NAME_BOX_BYTES } from '../../../server/protocol/limits.ts';
import { bytesOf, chainEntries, keyCalled, placeOf, sessionKeys, vectors } from '../vectors.ts';

const { sid } = vectors;
const view = { prev: null, after: { seq: 0, hash: vectors.chain.start } };

describe('keys', () => {
  it.each(vectors.links)('[EV2] of the link of $slot', ({ secret, proof, wrap, proofHash }) => {
    const keys = deriveLinkKeys(bytesOf(secret), sid);
    expect(toBase64Url(keys.proof)).toBe(proof);
    expect(toBase64Url(keys.wrap)).toBe(wrap);
    expect(hashProof(keys.proof)).toBe(proofHash);
  });

  it('[EV2] of the session: one for each kind and author', () => {
    expect(deriveSessionKeys(bytesOf(vectors.sessionKey), sid)).toEqual(sessionKeys);
    expect(new Set(Object.values(vectors.keys)).size).toBe(6);
  });
});

describe('a box', () => {
  it.each(vectors.boxes)('[EV4] opens and seals to the same bytes: $name', (vector) => {
    const key = keyCalled(vector.key);
    const plain =
      vector.plainIs === 'utf8' ? new TextEncoder().encode(vector.plain) : bytesOf(vector.plain);
    const padded = vector.plainIs === 'utf8' ? pad(plain, vector.paddedLength) : plain;
    const place = placeOf(vector.place);
    expect(toBase64Url(seal(key, place, padded, () => bytesOf(vector.nonce)))).toBe(vector.box);
    const opened = open(key, place, bytesOf(vector.box));
    expect(opened).toEqual(padded);
  });

  it.each(vectors.mustFail)('[EV4] [EV5] does not open with $why', ({ key, place, box }) => {
    const opened = open(keyCalled(key), placeOf(place), bytesOf(box));
    expect(opened && unpad(opened)).toBeNull();
  });

  it('[EV4] draws a new nonce each time', () => {
    const boxes = Array.from({ length: 20 }, () => sealName(sessionKeys, sid, 'a', 'Ann'));
    expect(new Set(boxes).size).toBe(20);
  });
});

describe('a file', () => {
  it.each(vectors.files)('[HT8] [EV5] opens and seals to the same bytes: $name', (vector) => {
    const plain = bytesOf(vector.plain);
    const place = { sid, slot: vector.slot as 'a' | 'b', cid: vector.cid }; // as: see vectors.ts
    const box = sealFile(sessionKeys, place, plain, () => bytesOf(vector.nonce));
    expect(toBase64Url(box)).toBe(vector.box);
    expect(box.length).toBe(fileBoxLength(plain.length));
    expect(openFile(sessionKeys, place, box)).toEqual(plain);
    expect(hashFile(plain)).toBe(vector.hash);
  });

  it('[HT8] opens nowhere else, and not with a byte less', () => {
    const place = { sid, slot: 'a' as const, cid: vectors.files[0]?.cid ?? '' };
    const box = sealFile(sessionKeys, place, new Uint8Array(100));
    expect(openFile(sessionKeys, { ...place, slot: 'b' }, box)).toBeNull();
    expect(openFile(sessionKeys, { ...place, cid: `${place.cid.slice(1)}A` }, box)).toBeNull();
    expect(openFile(sessionKeys, place, box.subarray(1))).toBeNull();
    expect(openFile(sessionKeys, place, new Uint8Array())).toBeNull();
  });
});

describe('padding', () => {
  it.each([
    [0, 1],
    [1, 2],
    [8, 10],
    [99, 104],
    [1_000, 1_024],
    [1_023, 1_024],
    [1_024, 1_088],
    [5 * 1024 * 1024, 41 * 128 * 1024],
    [100 * 1024 * 1024, 104_857_600 + 2 ** 21],
  ])('[EV5] a file of %i bytes is padded to %i', (length, padded) => {
    expect(filePaddedLength(length)).toBe(padded);
    expect(fileBoxLength(length)).toBe(padded + 40);
  });

  it('[EV5] a file is padded by less than an eighth, and a longer one never to less', () => {
    const lengths = Array.from({ length: 70_000 }, (_, length) => length);
    const wrong = lengths.filter((length) => {
      const [padded, most] = [filePaddedLength(length), ((length + 1) * 9) / 8];
      return padded <= length || padded > most || padded > filePaddedLength(length + 1);
    });
    expect(wrong).toEqual([]);
  });

  it('[EV5] gives back what was padded, at 256·2^k', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (plain) => {
        const padded = pad(plain, messagePaddedLength(plain.length));
        expect(Math.log2(padded.length / 256) % 1).toBe(0);
        expect(unpad(padded)).toEqual(plain);
      }),
    );
  });

  it('[EV5] always leaves room for the mark', () => {
    expect([0, 255, 256, 511, 512, 16383].map(messagePaddedLength)).toEqual([
      256, 256, 512, 512, 1024, 16384,
    ]);
    expect(() => pad(new Uint8Array(256), 256)).toThrow(RangeError);
  });
});

describe('key and names', () => {
  it('[EV5] [EV6] the key box is 72 bytes and opens to the key', () => {
    const { wrap } = deriveLinkKeys(bytesOf(vectors.links[0]?.secret ?? ''), sid);
    const box = sealKey(wrap, sid, 'a', bytesOf(vectors.sessionKey));
    expect(fromBase64Url(box)?.length).toBe(KEY_BOX_BYTES);
    expect(openKey(wrap, sid, 'a', box)).toEqual(bytesOf(vectors.sessionKey));
    expect(openKey(wrap, sid, 'b', box)).toBeNull();
  });

  it('[EV6] a name opens for whom it names, else reads Guest', () => {
    const box = sealName(sessionKeys, sid, 'b', 'Bob');
    expect(fromBase64Url(box)?.length).toBe(NAME_BOX_BYTES);
    expect(openName(sessionKeys, sid, 'b', box)).toBe('Bob');
    expect(openName(sessionKeys, sid, 'a', box)).toBe('Guest');
    expect(openName(sessionKeys, sid, 'b', '')).toBe('Guest');
  });

  it.each(['', ' Bob', 'B\u202eob', 'x'.repeat(41), 'e\u0301'])(
    '[EV6] a sealed name that breaks the rule reads Guest: %j',
    (name) => {
      expect(openName(sessionKeys, sid, 'a', sealName(sessionKeys, sid, 'a', name))).toBe('Guest');
    },
  );
});

describe('entries', () => {
  it('[EV7] [EV8] open as the kinds they were sealed as', () => {
    const opened = chainEntries.map(({ entry }) => openEntry(sessionKeys, sid, entry));
    expect(opened.map((one) => `${one?.sealedAs} ${one?.content.kind}`)).toEqual([
      'message text',
      'message text',
      'message text',
      'message react',
      'message edit',
      'message file',
      'message void',
      'control unsend',
      'message unknown',
      'control reset',
    ]);
    expect(opened[1]?.content).toEqual({
      kind: 'text',
      text: 'Hi! 👋\n\tas you see',
      re: chainEntries[0]?.entry.cid,
    });
    expect(opened[2]?.prev).toBe(chainEntries[0]?.entry.cid);
  });

  it('[EV7] with `unsends` open as control only, without a box not at all', () => {
    const text = chainEntries[0]?.entry;
    if (!text) throw new Error('no vectors');
    expect(openEntry(sessionKeys, sid, { ...text, unsends: [text.cid] })).toBeNull();
    const { box, ...rest } = text;
    expect(
      openEntry(sessionKeys, sid, { ...rest, hash: toBase64Url(sha256(bytesOf(box ?? ''))) }),
    ).toBeNull();
  });

  it('[EV8] ignore unknown fields, refuse known ones of a wrong shape', () => {
    const place = { sid, slot: 'a' as const, cid: 'AAAAAAAAAAAAAAAAAAAAAA' };
    const openMessage = (content: object) => {
      // as: on purpose not a message
      const box = sealMessage(sessionKeys, place, {
        ...view,
        content: content as { kind: 'void' },
      });
      return openEntry(sessionKeys, sid, { seq: 1, sum: 'x', at: 1, ...place, box })?.content;
    };
    expect(openMessage({ kind: 'text', text: 'x', more: 1 })).toEqual({ kind: 'text', text: 'x' });
    expect(openMessage({ kind: 'text', text: 7 })).toBeUndefined();
    expect(openMessage({ kind: 'text', text: 'x', re: 'short' })).toBeUndefined();
    expect(openMessage({ kind: 'edit', text: 'x' })).toBeUndefined();
    expect(openMessage({ kind: 'react', of: place.cid })).toBeUndefined();
    expect(openMessage({ kind: 'react', of: place.cid, emoji: null })).toBeDefined();
    expect(openMessage({ kind: 7 })).toBeUndefined();
    expect(openMessage({ kind: 'sing' })).toEqual({ kind: 'unknown' });
  });

  it('[EV8] a file says how large its picture is, if it can be so', () => {
    const place = { sid, slot: 'a' as const, cid: 'AAAAAAAAAAAAAAAAAAAAAA' };
    const file = {
      ...{ kind: 'file' as const, name: 'a.png', mime: 'image/png', size: 7 },
      hash: vectors.chain.start,
    };
    const opened = (more: object) => {
      const box = sealMessage(sessionKeys, place, { ...view, content: { ...file, ...more } });
      return openEntry(sessionKeys, sid, { seq: 1, sum: 'x', at: 1, ...place, box })?.content;
    };
    const measures = { width: 32_767, height: 1, durationMs: 3_600_000 };
    expect(opened(measures)).toEqual({ ...file, ...measures });
    for (const wrong of [
      { width: 1 },
      { width: 0, height: 1 },
      { width: 1.5, height: 1 },
      { width: 1, height: 32_768 },
      { width: '1', height: 1 },
      { durationMs: -1 },
      { durationMs: 3_600_001 },
    ]) {
      expect(opened(wrong)).toEqual(file);
    }
    expect(opened({ size: -1 })).toBeUndefined();
    expect(opened({ re: place.cid })).toEqual({ ...file, re: place.cid });
    expect(opened({ re: 'short' })).toBeUndefined();
  });

  it('[LF4] the box of an end opens with an empty id', () => {
    const box = sealControl(
      sessionKeys,
      { sid, slot: 'b', cid: '' },
      { ...view, content: { kind: 'end' } },
    );
    expect(openControl(sessionKeys, sid, 'b', '', box)?.content).toEqual({ kind: 'end' });
    expect(openControl(sessionKeys, sid, 'a', '', box)).toBeNull();
  });

  it('[EV5] a message counts by its padded plaintext', () => {
    const bytes = (text: string) =>
      paddedContentBytes({ ...view, content: { kind: 'text', text } });
    expect(bytes('x')).toBe(256);
    expect(bytes('x'.repeat(300))).toBe(512);
    expect(bytes('ü'.repeat(8000))).toBe(16384);
  });
});

describe('the chain', () => {
  it('[EV9] links every entry to all before it', () => {
    let hash = chainStart(sid);
    expect(toBase64Url(hash)).toBe(vectors.chain.start);
    for (const { entry, hash: expected } of chainEntries) {
      hash = chainNext(hash, entry);
      expect(toBase64Url(hash)).toBe(expected);
    }
  });

  it('[EV9] counts an unsent entry the same', () => {
    const { entry } = chainEntries[2] ?? { entry: null };
    if (!entry) throw new Error('no vectors');
    const { box, ...rest } = entry;
    const unsent = { ...rest, hash: toBase64Url(sha256(bytesOf(box ?? ''))) };
    const start = chainStart(sid);
    expect(chainNext(start, unsent)).toEqual(chainNext(start, entry));
    expect(chainNext(start, { ...entry, slot: 'b' })).not.toEqual(chainNext(start, entry));
    expect(chainNext(start, { ...entry, seq: 4 })).not.toEqual(chainNext(start, entry));
  });
});
