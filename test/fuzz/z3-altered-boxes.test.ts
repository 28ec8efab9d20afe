// Z3: a box that was altered in any way, or is held out for any other place, does not open: not one
// bit, not one byte, not one field of its additional data. For each kind of box, and by the way that
// a client opens it.
import { describe, expect, it } from 'vitest';
import { fromBase64Url, toBase64Url } from '../../server/protocol/encoding.ts';
import { open, seal, type BoxPlace } from '../../server/protocol/envelope/box.ts';
import { newCid, openControl, openEntry } from '../../server/protocol/envelope/entry-box.ts';
import { openKey, openName } from '../../server/protocol/envelope/session-boxes.ts';
import { newSid } from '../../server/protocol/link.ts';
import { bytesOf, keyCalled, placeOf, sessionKeys, vectors } from '../protocol/vectors.ts';

interface Sealed {
  key: Uint8Array;
  place: BoxPlace;
  box: Uint8Array;
  /** What a client makes of these bytes in this box's place; null, or "Guest", if it refuses them. */
  read: (box: string) => unknown;
  refusal: unknown;
}

const KINDS: Record<BoxPlace['kind'], Sealed> = {
  key: vectorBox('the session key for a', ({ sid, slot }, key) => (box) => {
    return openKey(key, sid, slot, box);
  }),
  names: {
    ...vectorBox(
      'the name of a',
      ({ sid, slot }) =>
        (box) =>
          openName(sessionKeys, sid, slot, box),
    ),
    refusal: 'Guest',
  },
  message: vectorBox('a text', ({ sid, slot, id }) => (box) => {
    return openEntry(sessionKeys, sid, { seq: 1, sum: '', at: 0, slot, cid: id, box });
  }),
  control: vectorBox('an unsend', ({ sid, slot, id }) => (box) => {
    return openControl(sessionKeys, sid, slot, id, box);
  }),
  file: fileBox(),
};

describe.each(Object.entries(KINDS))('[EV4] a box of the kind %s', (_, sealed) => {
  const { key, place, box, read, refusal } = sealed;
  const isRefused = (bytes: Uint8Array) =>
    open(key, place, bytes) === null && read(toBase64Url(bytes)) === refusal;

  it('opens as it is', () => {
    expect(open(key, place, box)).not.toBeNull();
    expect(read(toBase64Url(box))).not.toEqual(refusal);
  });

  it('is refused with any single bit flipped', () => {
    const bits = Array.from({ length: box.length * 8 }, (_, bit) => bit);
    expect(bits.filter((bit) => !isRefused(flipped(box, bit)))).toEqual([]);
  });

  it('is refused at any other length, cut at either end or with bytes added', () => {
    const lengths = Array.from({ length: box.length }, (_, length) => length);
    expect(lengths.filter((length) => !isRefused(box.subarray(0, length)))).toEqual([]);
    expect(lengths.filter((from) => from > 0 && !isRefused(box.subarray(from)))).toEqual([]);
    for (const more of [new Uint8Array(1), new Uint8Array(16), Uint8Array.of(0x80), box]) {
      expect(isRefused(Uint8Array.of(...box, ...more))).toBe(true);
      expect(isRefused(Uint8Array.of(...more, ...box))).toBe(true);
    }
  });

  it('is refused in every other place, though the key is right', () => {
    const places = otherPlaces(place);
    expect(places.length).toBeGreaterThan(60);
    expect(places.filter((other) => open(key, other, box) !== null)).toEqual([]);
  });

  it('is refused under every other key of its session', () => {
    const keys = Object.keys(vectors.keys).map(keyCalled);
    const others = [...keys, keyCalled('wrap of a'), keyCalled('wrap of b')].filter(
      (other) => toBase64Url(other) !== toBase64Url(key),
    );
    expect(others.length).toBeGreaterThan(6);
    expect(others.filter((other) => open(other, place, box) !== null)).toEqual([]);
  });
});

/** Each field of the additional data altered, exchanged for another, or moved across its border. */
function otherPlaces(place: BoxPlace): BoxPlace[] {
  const { kind, sid, slot, id } = place;
  // as: every kind there is
  const kinds = Object.keys(KINDS) as BoxPlace['kind'][];
  const idBytes = fromBase64Url(id) ?? new Uint8Array();
  const anyText = (fields: Record<keyof BoxPlace, string>) => fields as BoxPlace; // as: on purpose none
  return [
    ...kinds.filter((other) => other !== kind).map((other) => ({ ...place, kind: other })),
    { ...place, slot: slot === 'a' ? ('b' as const) : ('a' as const) },
    { ...place, sid: newSid() },
    ...bitsOf(bytesOf(sid)).map((altered) => ({ ...place, sid: toBase64Url(altered) })),
    { ...place, id: id === '' ? toBase64Url(new Uint8Array(16)) : '' },
    ...bitsOf(idBytes).map((altered) => ({ ...place, id: toBase64Url(altered) })),
    anyText({ kind: sid, sid: kind, slot, id }),
    anyText({ kind, sid: slot, slot: sid, id }),
    ...(id === '' ? [] : [anyText({ kind, sid: id, slot, id: sid })]),
    anyText({ kind, sid, slot: `${slot}\n`, id }),
    anyText({ kind, sid: `${sid}\n${slot}`, slot: '', id }),
    { ...place, id: `${id}\n` },
  ];
}

function bitsOf(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: bytes.length * 8 }, (_, bit) => flipped(bytes, bit));
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const altered = bytes.slice();
  altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return altered;
}

function vectorBox(
  name: string,
  reader: (place: BoxPlace, key: Uint8Array) => Sealed['read'],
): Sealed {
  const vector = vectors.boxes.find((one) => one.name === name);
  if (!vector) throw new Error(`no vector: ${name}`);
  const place = placeOf(vector.place);
  const key = keyCalled(vector.key);
  return { key, place, box: bytesOf(vector.box), read: reader(place, key), refusal: null };
}

/** The clients of this version seal no files: the bytes are opened as any box is. */
function fileBox(): Sealed {
  const key = sessionKeys.file;
  const place: BoxPlace = { kind: 'file', sid: vectors.sid, slot: 'a', id: newCid() };
  const box = seal(key, place, new Uint8Array(320).fill(7));
  const read = (text: string) => open(key, place, fromBase64Url(text) ?? new Uint8Array());
  return { key, place, box, read, refusal: null };
}
