/**
 * A participant without a client: plain fetch and a plain WebSocket that queues what it gets, so
 * that tests say exactly what goes over the wire. Frames are awaited, never slept for.
 */
import { WebSocket } from 'ws';
import { parseLinkFragment } from '../../server/protocol/link.ts';
import { deriveLinkKeys } from '../../server/protocol/envelope/keys.ts';
import { toBase64Url } from '../../server/protocol/encoding.ts';
import type { ServerFrame, Slot } from '../../server/protocol/frames.ts';

export interface RawParticipant {
  slot: Slot;
  link: string;
  code: string;
  proof: string;
  /** The pass, as a Cookie header; empty before entering. */
  cookie: string;
}

export interface RawSession {
  sid: string;
  a: RawParticipant;
  b: RawParticipant;
}

type FrameOf<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;

/** The parts of the answers that tests look at. */
export interface AnswerBody {
  id?: string;
  participants?: { slot: Slot; link: string; code: string }[];
  error?: { code: string; [detail: string]: unknown };
}

export interface Answer {
  status: number;
  headers: Headers;
  body: AnswerBody;
}

export async function postJson(
  base: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(base + path, {
    method: 'POST',
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      // Nothing stays open behind it: whoever counts a server's connections counts right.
      connection: 'close',
      origin: base,
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    // as: each test looks only at what it expects.
    body: (text === '' ? {} : JSON.parse(text)) as AnswerBody,
  };
}

/** A session made by the server, for two names; nobody has entered. */
export async function createRawSession(
  base: string,
  idle?: string,
  names: [string, string] = ['Abhi', 'Anny'],
): Promise<RawSession> {
  const { status, body } = await postJson(base, '/api/sessions', {
    names,
    ...(idle !== undefined && { idle }),
  });
  if (status !== 201) throw new Error(`not created: ${status} ${JSON.stringify(body)}`);
  const participant = (index: 0 | 1): RawParticipant => {
    const { slot, link, code } = body.participants?.[index] ?? fail('no participant');
    const parts = parseLinkFragment(new URL(link).hash) ?? fail('no link');
    const { proof } = deriveLinkKeys(parts.secret, parts.sid);
    return { slot, link, code, proof: toBase64Url(proof), cookie: '' };
  };
  return { sid: body.id ?? fail('no id'), a: participant(0), b: participant(1) };
}

function fail(message: string): never {
  throw new Error(message);
}

/** Enters with the right code; the pass is kept in the participant. */
export async function enterRaw(base: string, sid: string, who: RawParticipant): Promise<void> {
  const { proof, code } = who;
  const { status, headers, body } = await postJson(base, `/api/sessions/${sid}/enter`, {
    proof,
    code,
  });
  if (status !== 200) throw new Error(`not entered: ${status} ${JSON.stringify(body)}`);
  who.cookie = headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}

/** A session both have entered. */
export async function metRawSession(base: string, idle?: string): Promise<RawSession> {
  const session = await createRawSession(base, idle);
  await enterRaw(base, session.sid, session.a);
  await enterRaw(base, session.sid, session.b);
  return session;
}

export class RawClient {
  readonly socket: WebSocket;
  /** Everything that arrived, in order, also what was taken by `next`. */
  readonly all: ServerFrame[] = [];
  /** The close code. */
  readonly closed: Promise<number>;
  #queue: ServerFrame[] = [];
  #waiting: (() => void)[] = [];
  #over = false;

  /** `address`: as a trusted proxy would tell it. */
  constructor(
    base: string,
    sid: string,
    cookie: string,
    origin: string | null = base,
    address?: string,
  ) {
    this.socket = new WebSocket(`${base.replace('http', 'ws')}/ws/${sid}`, {
      headers: {
        cookie,
        ...(origin !== null && { origin }),
        ...(address !== undefined && { 'x-forwarded-for': address }),
      },
    });
    this.socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as ServerFrame; // as: the server under test
      this.all.push(frame);
      this.#queue.push(frame);
      for (const wake of this.#waiting.splice(0)) wake();
    });
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code) => {
        this.#over = true;
        for (const wake of this.#waiting.splice(0)) wake();
        resolve(code);
      });
    });
    this.socket.on('error', () => {});
  }

  /** Resolves to 101, or to the status with which the upgrade was refused. */
  opened(): Promise<number> {
    return new Promise((resolve) => {
      this.socket.once('open', () => resolve(101));
      this.socket.once('unexpected-response', (_, { statusCode = 0 }) => resolve(statusCode));
    });
  }

  send(frame: object | string): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  /** The next frame of one of these types; others that come before it are passed over. */
  async next<T extends ServerFrame['type']>(...types: T[]): Promise<FrameOf<T>> {
    for (;;) {
      for (let frame = this.#queue.shift(); frame; frame = this.#queue.shift()) {
        // as: just compared
        if (types.some((type) => type === frame.type)) return frame as FrameOf<T>;
      }
      if (this.#over) throw new Error(`closed without ${types.join(' or ')}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  close(): Promise<number> {
    this.socket.close();
    return this.closed;
  }
}

/** Connected and welcomed. `after` null: from the beginning of the log. */
export async function connectRaw(
  base: string,
  sid: string,
  who: RawParticipant,
  after: { seq: number; sum: string } | null = null,
): Promise<{ client: RawClient; welcome: FrameOf<'welcome'> }> {
  const client = new RawClient(base, sid, who.cookie);
  const status = await client.opened();
  if (status !== 101) throw new Error(`no upgrade: ${status}`);
  client.send({ type: 'hello', v: 1, after });
  return { client, welcome: await client.next('welcome') };
}
