import { describe, expect, it } from 'vitest';
import { openFile } from '../../../server/protocol/envelope/file-box.ts';
import { newCid } from '../../../web/core/sealing.ts';
import type { FileContent } from '../../../web/core/chat-view.ts';
import { createFileFetching } from '../../../web/core/file-fetching.ts';
import { createFileSending, type PreparedFile } from '../../../web/core/file-sending.ts';
import type { ExchangeOctets, OctetsRequest } from '../../../web/core/file-transfer.ts';
import { createFakeEnvironment } from './support/fake-world.ts';
import { sessionKeys } from '../../protocol/vectors.ts';

const sid = 'AAECAwQFBgc';
const session = {
  sid,
  slot: 'a' as const,
  names: { a: 'Ann', b: 'Bob' },
  keys: sessionKeys,
  proof: '',
};

const file = (name: string, size = 3): PreparedFile => ({
  bytes: new Uint8Array(size).fill(7),
  about: { name, mime: 'text/plain' },
});

function setUp() {
  const told: string[] = [];
  const requests: (OctetsRequest & { answer: (status: number, body?: Uint8Array) => void })[] = [];
  const exchange: ExchangeOctets = (request) => {
    let settle: (answer: { status: number; body: Uint8Array } | null) => void = () => {};
    const answer = new Promise<{ status: number; body: Uint8Array } | null>((resolve) => {
      settle = resolve;
    });
    requests.push({
      ...request,
      answer: (status, body = new Uint8Array()) => settle({ status, body }),
    });
    return { answer, abort: () => settle(null) };
  };
  const said: { cid: string; file: FileContent }[] = [];
  const sending = createFileSending({
    ...{ session, exchange, newCid, base: 'https://host' },
    environment: createFakeEnvironment(),
    chat: {
      send: (text, options) => {
        told.push([`text ${text}`, options?.re].filter(Boolean).join(' to '));
        return newCid();
      },
      sendFile: (cid, file) => {
        said.push({ cid, file });
        told.push([`file ${file.name}`, file.re].filter(Boolean).join(' to '));
        return true;
      },
      dropFile: (cid) =>
        void told.push(`drop ${requests.findIndex(({ url }) => url.endsWith(cid))}`),
    },
    onSealed: () => {},
  });
  return { told, requests, said, sending, exchange };
}

const soon = () => new Promise((resolve) => setImmediate(resolve));
const error = (code: string) => new TextEncoder().encode(JSON.stringify({ error: { code } }));

describe('[HT8] sending files', () => {
  it('says once what all of them answer: with the first that is said', async () => {
    const { told, requests, sending } = setUp();
    sending.send([file('one'), file('two')], 'both', 'CID');
    expect(sending.items.value.map(({ re }) => re)).toEqual(['CID', null, null]);
    requests[0]?.answer(413, error('files_full'));
    await soon();
    requests[1]?.answer(204);
    await soon();
    expect(told).toEqual(['file two to CID', 'text both']);
    sending.send([file('three')], 'alone', 'CID');
    requests[2]?.answer(413, error('files_full'));
    await soon();
    expect(told.slice(2)).toEqual(['text alone to CID']);
  });

  it('uploads one after the other, then says each under the cid of its upload, then the text', async () => {
    const { told, requests, said, sending } = setUp();
    sending.send([file('one'), file('two')], 'both');
    expect(sending.items.value.map(({ body }) => body.kind)).toEqual(['file', 'file', 'text']);
    expect(sending.waiting.value).toEqual(['both']);
    expect(requests).toHaveLength(1);
    expect(told).toEqual([]);
    requests[0]?.answer(204);
    await soon();
    expect(told).toEqual(['file one']);
    requests[1]?.answer(204);
    await soon();
    expect(told).toEqual(['file one', 'file two', 'text both']);
    expect(sending.items.value).toEqual([]);
    const [first] = said;
    const place = { sid, slot: 'a' as const, cid: first?.cid ?? '' };
    expect(requests[0]?.url).toBe(`https://host/api/sessions/${sid}/files/${place.cid}`);
    expect(openFile(sessionKeys, place, requests[0]!.body!)).toEqual(file('one').bytes);
  });

  it('says nothing of what was cancelled, and has it deleted if it might be there', async () => {
    const { told, requests, sending } = setUp();
    sending.send([file('one'), file('two'), file('three')], '');
    const [one, two] = sending.items.value;
    requests[0]?.onProgress(0.5);
    sending.cancel(one!.cid);
    await soon();
    expect(told).toEqual([]);
    requests[1]?.onProgress(1);
    sending.cancel(two!.cid);
    requests[1]?.answer(204);
    await soon();
    expect(told).toEqual(['drop 1']);
    requests[2]?.answer(204);
    await soon();
    expect(told).toEqual(['drop 1', 'file three']);
  });

  it('keeps one that was refused, goes on with the others, and tries it again when asked', async () => {
    const { told, requests, sending } = setUp();
    sending.send([file('one'), file('two')], '');
    requests[0]?.answer(413, error('files_full'));
    await soon();
    requests[1]?.answer(204);
    await soon();
    expect(told).toEqual(['file two']);
    expect(sending.sending.value).toMatchObject([{ problem: 'full', item: { state: 'failed' } }]);
    sending.retry(sending.items.value[0]!.cid);
    await soon();
    expect(requests[2]?.url).toBe(requests[0]?.url);
    requests[2]?.answer(204);
    await soon();
    expect(told).toEqual(['file two', 'file one']);
  });

  it('sends nothing more once the chat is over', async () => {
    const { told, requests, sending } = setUp();
    sending.send([file('one'), file('two')], 'text');
    sending.close();
    requests[0]?.answer(204);
    await soon();
    expect([told, requests.length]).toEqual([[], 1]);
  });
});

describe('[HT8] fetching files', () => {
  async function fetched(
    change: (about: FileContent) => FileContent,
    alter = (box: Uint8Array) => box,
  ) {
    const { requests, said, sending, exchange } = setUp();
    sending.send([file('one')], '');
    requests[0]?.answer(204);
    await soon();
    const { cid, file: about } = said[0]!;
    const fetching = createFileFetching({
      ...{ session: { ...session, slot: 'b' as const }, exchange, base: 'https://host' },
      environment: createFakeEnvironment(),
    });
    fetching.want({
      type: 'message',
      ...{ cid, slot: 'a', mine: false, seq: 1, at: 1, body: change(about), re: null },
      ...{ edited: false, reactions: {}, state: 'stored' },
    });
    requests[1]?.answer(200, alter(requests[0]!.body!));
    await soon();
    return fetching.stateOf(cid).value;
  }
  const broken = { state: 'failed', problem: 'broken' };

  it('gives what was sent', async () => {
    expect(await fetched((about) => about)).toEqual({ state: 'here', bytes: file('one').bytes });
  });

  it('shows nothing that is not what its message says', async () => {
    expect(await fetched((about) => ({ ...about, size: 4 }))).toEqual(broken);
    expect(await fetched((about) => ({ ...about, hash: 'A'.repeat(43) }))).toEqual(broken);
    expect(
      await fetched(
        (about) => about,
        (box) => box.subarray(1),
      ),
    ).toEqual(broken);
    expect(
      await fetched(
        (about) => about,
        () => new Uint8Array(),
      ),
    ).toEqual(broken);
  });
});
