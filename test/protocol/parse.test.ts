import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseClientFrame } from '../../server/protocol/parse-client-frame.ts';
import { parseServerFrame } from '../../server/protocol/parse-server-frame.ts';
import type { ClientFrame, ServerFrame } from '../../server/protocol/frames.ts';

const cid = 'AAAAAAAAAAAAAAAAAAAAAA';
const cid2 = 'AAAAAAAAAAAAAAAAAAAAAQ';
const sum = 'abcdefghij-';
const box = 'A'.repeat(395); // 296 bytes
const hash = 'A'.repeat(43);
const MAX_BOX = 296;

const clientFrames: ClientFrame[] = [
  { type: 'hello', v: 1, after: null },
  { type: 'hello', v: 1, after: { seq: 3, sum } },
  { type: 'hello', v: 1, after: null, device: cid },
  { type: 'send', cid, box },
  { type: 'unsend', of: [cid], cid: cid2, box },
  { type: 'receipt', received: 3, read: 2 },
  { type: 'typing', on: true },
  { type: 'keep' },
  { type: 'end' },
  { type: 'end', box },
  { type: 'ping' },
];

const entry = { seq: 1, sum, slot: 'a' as const, cid, at: 1, box };
const serverFrames: ServerFrame[] = [
  {
    type: 'welcome',
    slot: 'a',
    head: 1,
    sum,
    reset: false,
    idleMs: 1,
    expiresInMs: 1,
    expiresBy: 'link',
    limits: { messageBytes: 1, fileBytes: 1, filesBytes: 1, files: 1, entries: 1 },
    receipts: { a: { received: 1, read: 0 }, b: { received: 0, read: 0 } },
    peer: { state: 'offline', lastAt: 5 },
  },
  { type: 'entries', list: [entry] },
  { type: 'entry', ...entry },
  { type: 'entry', seq: 2, sum, slot: 'b', cid: cid2, at: 1, hash, unsends: [cid] },
  { type: 'nack', cid, error: 'waiting' },
  { type: 'nack', cid, error: 'store_unavailable', retryInMs: 5 },
  { type: 'receipt', slot: 'b', received: 2, read: 1 },
  { type: 'peer', state: 'never' },
  { type: 'typing', slot: 'b', on: false },
  { type: 'expires', inMs: 5, by: 'silence' },
  { type: 'notice', kind: 'tries', slot: 'a', count: 5 },
  { type: 'ended', reason: 'ended', by: 'b', box },
  { type: 'pong' },
];

describe('frames of a client', () => {
  it.each(clientFrames)('[HS2] $type is read as it was written', (frame) => {
    expect(parseClientFrame(JSON.stringify(frame), MAX_BOX)).toEqual(frame);
  });

  it.each(clientFrames)('[CL2] $type with one field more is refused', (frame) => {
    expect(parseClientFrame(JSON.stringify({ ...frame, more: 1 }), MAX_BOX)).toBeNull();
    const poisoned = `{"__proto__":{},${JSON.stringify(frame).slice(1)}`;
    expect(parseClientFrame(poisoned, MAX_BOX)).toBeNull();
  });

  it.each(clientFrames)(
    '[CL2] $type with any field missing or of another type is refused',
    (frame) => {
      for (const key of Object.keys(frame)) {
        for (const wrong of [undefined, 7.5, -1, 'x', [], {}, [[]], 2 ** 60]) {
          const changed = JSON.stringify({ ...frame, [key]: wrong });
          if (`${frame.type} ${key}` === 'hello device' && wrong === undefined) continue;
          if (frame.type === 'end' && key === 'box' && wrong === undefined) continue;
          expect(parseClientFrame(changed, MAX_BOX), changed).toBeNull();
        }
      }
    },
  );

  it.each([
    ['an unknown type', { type: 'sing' }],
    ['no type', {}],
    ['another version', { type: 'hello', v: 2, after: null }],
    ['a device that is none', { type: 'hello', v: 1, after: null, device: 'phone' }],
    ['a hello without a position', { type: 'hello', v: 1, device: cid }],
    ['a position of nothing', { type: 'hello', v: 1, after: { seq: 0, sum: '' } }],
    ['a sum of wrong length', { type: 'hello', v: 1, after: { seq: 1, sum: 'abc' } }],
    ['a box too large', { type: 'send', cid, box: `${box}AAAA` }],
    ['a box of nothing', { type: 'send', cid, box: '' }],
    ['more read than received', { type: 'receipt', received: 1, read: 2 }],
    ['nothing to unsend', { type: 'unsend', of: [], cid, box }],
    ['a target named twice', { type: 'unsend', of: [cid, cid], cid: cid2, box }],
    ['itself among the targets', { type: 'unsend', of: [cid, cid2], cid: cid2, box }],
    [
      'too many targets',
      { type: 'unsend', of: Array.from({ length: 101 }, () => cid), cid: cid2, box },
    ],
  ])('[CL2] %s is refused', (_, frame) => {
    expect(parseClientFrame(JSON.stringify(frame), MAX_BOX)).toBeNull();
  });

  it.each(['', '{', 'null', '[]', '"ping"', '7', '[{"type":"ping"}]'])(
    '[CL2] %j is refused',
    (text) => {
      expect(parseClientFrame(text, MAX_BOX)).toBeNull();
    },
  );

  it('[CL2] nothing makes the parser throw', () => {
    fc.assert(fc.property(fc.json(), (text) => void parseClientFrame(text, MAX_BOX)));
    const record = fc.dictionary(
      fc.constantFrom('type', 'v', 'after', 'cid', 'box', 'of', 'on', 'received', 'read'),
      fc.oneof(fc.constantFrom(...clientFrames.map(({ type }) => type), cid, box), fc.jsonValue()),
    );
    fc.assert(fc.property(record, (any) => void parseClientFrame(JSON.stringify(any), MAX_BOX)));
  });
});

describe('frames of a server', () => {
  it.each(serverFrames)('[HS2] $type is read as it was written', (frame) => {
    expect(parseServerFrame(JSON.stringify(frame))).toEqual(frame);
  });

  it.each(serverFrames)('[HS2] $type with one field more is read without it', (frame) => {
    expect(parseServerFrame(JSON.stringify({ ...frame, more: 1 }))).toEqual(frame);
  });

  it.each(serverFrames)('[HS2] $type is not taken with a needed field of a wrong type', (frame) => {
    for (const key of Object.keys(frame)) {
      if (['lastAt', 'retryInMs', 'by', 'reset'].includes(key) || frame.type === 'ended') continue;
      const changed = JSON.stringify({ ...frame, [key]: { wrong: true } });
      expect(parseServerFrame(changed), changed).toBeNull();
    }
  });

  it('[LG1] an entry has a box or a hash, never both or none', () => {
    const { box: _, ...bare } = entry;
    expect(parseServerFrame(JSON.stringify({ type: 'entry', ...bare }))).toBeNull();
    expect(parseServerFrame(JSON.stringify({ type: 'entry', ...entry, hash }))).toBeNull();
  });

  it('[HS2] nothing makes the parser throw', () => {
    fc.assert(fc.property(fc.json(), (text) => void parseServerFrame(text)));
  });
});
