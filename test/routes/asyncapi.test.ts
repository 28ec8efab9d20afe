/**
 * What asyncapi.json is: a document that public tools take, and the same as frames.ts says in
 * types and parse-client-frame.ts by hand. That a server talks so is in every-frame.test.ts.
 */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CLOSE, isFinalClose } from '../../server/protocol/errors.ts';
import type { ClientFrame, ServerFrame } from '../../server/protocol/frames.ts';
import { BOX_OVERHEAD_BYTES, MAX_MESSAGE_PADDED_BYTES } from '../../server/protocol/limits.ts';
import { parseClientFrame } from '../../server/protocol/parse-client-frame.ts';
import { parseServerFrame } from '../../server/protocol/parse-server-frame.ts';
import { describeConnection } from '../../server/routes/asyncapi.ts';
import { CLIENT_FRAMES, SERVER_FRAMES } from '../../server/routes/frame-schemas.ts';
import {
  asyncApiProblems,
  createCheck,
  fetchDocument,
  lint,
  type AsyncApi,
} from '../support/api-document.ts';
import { startServer } from '../support/server-process.ts';

const MAX_BOX_BYTES = MAX_MESSAGE_PADDED_BYTES + BOX_OVERHEAD_BYTES;

// as: the validators say whether it is one.
const document = describeConnection({ origin: 'https://chat.example', path: '/two' }) as AsyncApi;
const { messages } = document.components;
const check = createCheck(document, { closed: false });

const examplesOf = (side: 'client' | 'server') =>
  Object.entries(messages)
    .filter(([id]) => id.startsWith(`${side}.`))
    .flatMap(([id, { examples }]) => examples.map(({ payload }) => ({ id, payload })));

describe('the document', () => {
  it('is AsyncAPI 3.0 to its own schema and to a public linter', async () => {
    expect(asyncApiProblems(document)).toEqual([]);
    expect(await lint(document)).toEqual([]);
  });

  it('is found wrong when it is', async () => {
    const wrong = structuredClone(document);
    wrong.operations['client.hello']!.action = 'listen';
    wrong.channels.connection.messages['client.sing'] = { $ref: '#/components/messages/sing' };
    expect(asyncApiProblems(wrong).join()).toContain('/operations/client.hello/action');
    expect((await lint(wrong)).join()).toContain('no-unresolved-refs');
  });

  it('says where the server is reached: by its address, else by that of the request', async () => {
    expect(document.servers.here).toMatchObject({
      ...{ host: 'chat.example', protocol: 'wss', pathname: '/two' },
    });
    const server = await startServer();
    onTestFinished(() => void server.kill());
    const { servers, channels } = await fetchDocument<AsyncApi>(server.base, 'asyncapi');
    expect(servers.here).toMatchObject({ host: `localhost:${server.port}`, protocol: 'ws' });
    expect(servers.here).not.toHaveProperty('pathname');
    expect(channels).toEqual(document.channels);
  });

  it('has every close code, and says which of them are final', () => {
    const codes = document.channels.connection['x-closeCodes'];
    expect(codes.map(({ name, code }) => [name, code])).toEqual(Object.entries(CLOSE));
    for (const { code, again } of codes) expect(again).toBe(!isFinalClose(code));
  });
});

describe('frames', () => {
  it('are those of the protocol, with the same fields of the same types', () => {
    const client = Object.keys(CLIENT_FRAMES).map((type) => `client.${type}`);
    const server = Object.keys(SERVER_FRAMES).map((type) => `server.${type}`);
    expect(Object.keys(messages)).toEqual([...client, ...server]);
    expect(Object.keys(document.channels.connection.messages)).toEqual([...client, ...server]);
    // Held by the compiler: `npm run check` fails if they differ.
    const isSame: {
      client: Same<Described<typeof CLIENT_FRAMES>, Declared<ClientFrame>>;
      server: Same<Described<typeof SERVER_FRAMES>, Declared<ServerFrame>>;
    } = { client: true, server: true };
    expect(isSame).toEqual({ client: true, server: true });
  });

  it.each(examplesOf('client'))('an example of $id is one, and the parser takes it', (example) => {
    const { id, payload } = example;
    expect(check(messages[id]!.payload, payload)).toEqual([]);
    expect(parseClientFrame(JSON.stringify(payload), MAX_BOX_BYTES)).toEqual(payload);
  });

  it.each(examplesOf('server'))('an example of $id is one, and clients take it', (example) => {
    const { id, payload } = example;
    expect(check(messages[id]!.payload, payload)).toEqual([]);
    expect(parseServerFrame(JSON.stringify(payload))).toEqual(payload);
  });

  it.each(examplesOf('client'))('$id changed in any way is judged as by the parser', (example) => {
    const { id, payload } = example;
    const frames = changed(payload).filter((frame) => !isBeyondSchema(frame));
    expect(frames.length).toBeGreaterThan(5);
    for (const frame of frames) {
      const text = JSON.stringify(frame);
      const isTaken = parseClientFrame(text, MAX_BOX_BYTES) !== null;
      expect(check(messages[id]!.payload, JSON.parse(text)).length === 0, text).toBe(isTaken);
    }
  });
});

type Frame = Record<string, unknown>;

const box = (bytes: number) => Buffer.alloc(bytes, 7).toString('base64url');
const cids = (count: number) =>
  Array.from({ length: count }, (_, index) => Buffer.alloc(16, index).toString('base64url'));

const ODD = [
  ...[null, true, -1, 0, 1, 2, 7.5, 2 ** 53, '', 'x', [], {}, [[]]],
  ...['A'.repeat(11), 'A'.repeat(22), `${'A'.repeat(21)}B`, 'A'.repeat(43), 'é'.repeat(22)],
  ...[40, 41, 42, 43, MAX_BOX_BYTES - 1, MAX_BOX_BYTES, MAX_BOX_BYTES + 1].map(box),
  ...[`${box(41).slice(0, -1)}B`, `${box(43).slice(0, -1)}B`, `${box(42)}=`],
  ...[1, 2, 100, 101].map(cids),
  ...[
    [...cids(1), ...cids(1)],
    [...cids(1), 'x'],
  ],
  ...[
    { seq: 1, sum: 'abcdefghij-' },
    { seq: 0, sum: 'abcdefghij-' },
    { seq: 1, sum: 'short' },
    { seq: 1, sum: 'abcdefghij-', more: 1 },
  ],
];

/** A field more or less, or of another value: every field, by every odd value. */
function changed(frame: Frame): Frame[] {
  const fields = Object.keys(frame).filter((name) => name !== 'type');
  const without = fields.map((name) => {
    const { [name]: _, ...rest } = frame;
    return rest;
  });
  const other = [...fields, 'more', 'box', 'device', 'cid'].flatMap((name) =>
    ODD.map((value) => ({ ...frame, [name]: value })),
  );
  return [frame, ...without, ...other];
}

/** What the description says in words: more read than received, and a cid among its own targets. */
function isBeyondSchema({ type, received, read, of, cid }: Frame): boolean {
  if (type === 'receipt') return Number(read) > Number(received);
  return Array.isArray(of) && of.includes(cid);
}

type Same<A, B> =
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- so they are compared whole
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** By type of frame, the fields of each, told apart as far as the compiler can. */
type Declared<F extends { type: string }> = {
  [T in F['type']]: Plain<Extract<F, { type: T }>>;
};
type Described<F extends Record<string, { payload: JSONSchema }>> = {
  -readonly [T in keyof F]: Plain<FromSchema<F[T]['payload']>>;
};
/** Without readonly, and what was intersected as one. */
type Plain<T> = T extends readonly (infer E)[]
  ? Plain<E>[]
  : T extends object
    ? { -readonly [K in keyof T]: Plain<T[K]> }
    : T;
