/**
 * Somebody who has typed an address and gets to it through a proxy on this machine, from an address
 * of their own: checks the certificate, and sees every header as it came.
 */
import { request as askPlain, type IncomingMessage } from 'node:http';
import { request as askTls } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { WebSocket } from 'ws';
import type { ServerFrame } from '../../server/protocol/frames.ts';

export interface Visitor {
  /** `path`: from the folder of the product on, like /c. */
  ask(path: string, asked?: Asked): Promise<Answer>;
  /** Opened, or with the status of a refusal. */
  socket(sid: string, cookie: string): Promise<Frames>;
}

export interface Asked {
  method?: string;
  headers?: Record<string, string>;
  /** Octets, or what is sent as JSON. */
  body?: object;
}

export interface Answer {
  status: number;
  /** As they came, one for each line; names in small letters. */
  headers: [string, string][];
  /** The last of a name, or ''. */
  header: (name: string) => string;
  body: Buffer;
  json: () => unknown;
}

export interface Frames {
  send(frame: object): void;
  /** The next frame of this type; others that come before it are passed over. */
  next<T extends ServerFrame['type']>(type: T): Promise<Extract<ServerFrame, { type: T }>>;
  /** The close code. */
  closed: Promise<number>;
  close(): void;
}

export interface VisitorOptions {
  /** What was typed, with the folder and without a final slash: https://example.org/chat */
  base: string;
  /** Where 127.0.0.1 answers for it. */
  port: number;
  /** Whom to believe certificates. */
  ca: string;
  /** The address of 127.0.0.0/8 to come from. */
  from: string;
}

export function visit({ base, port, ca, from }: VisitorOptions): Visitor {
  const { protocol, hostname, host, pathname, origin } = new URL(base);
  const folder = pathname.replace(/\/$/, '');
  const isName = !/^[\d.]+$/.test(hostname);
  const reach = {
    ...{ host: '127.0.0.1', port, localAddress: from },
    ...(protocol === 'https:' && { ca, ...(isName && { servername: hostname }) }),
  };

  async function ask(path: string, { method, headers, body }: Asked = {}): Promise<Answer> {
    const isOctets = body instanceof Uint8Array;
    const type = isOctets ? 'application/octet-stream' : 'application/json';
    const payload = isOctets || body === undefined ? body : JSON.stringify(body);
    const asked = (protocol === 'https:' ? askTls : askPlain)({
      ...{ ...reach, path: folder + path, agent: false },
      method: method ?? (body ? 'POST' : 'GET'),
      headers: { host, origin, ...(body && { 'content-type': type }), ...headers },
    });
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      asked.on('response', resolve).on('error', reject);
    });
    asked.end(payload);
    return answerOf(await answered);
  }

  async function socket(sid: string, cookie: string): Promise<Frames> {
    const address = `${protocol === 'https:' ? 'wss' : 'ws'}://127.0.0.1:${port}${folder}/ws/${sid}`;
    const opened = new WebSocket(address, { ...reach, headers: { host, origin, cookie } });
    const frames = framesOf(opened);
    await new Promise<void>((resolve, reject) => {
      opened.once('open', resolve).once('error', reject);
    });
    return frames;
  }
  return { ask, socket };
}

async function answerOf(message: IncomingMessage): Promise<Answer> {
  const { rawHeaders, statusCode = 0 } = message;
  const headers = Array.from({ length: rawHeaders.length / 2 }, (_, index): [string, string] => [
    (rawHeaders[index * 2] ?? '').toLowerCase(),
    rawHeaders[index * 2 + 1] ?? '',
  ]);
  const body = await buffer(message);
  return {
    ...{ status: statusCode, headers, body },
    header: (name) => headers.findLast(([one]) => one === name)?.[1] ?? '',
    json: () => JSON.parse(body.toString()) as unknown,
  };
}

function framesOf(socket: WebSocket): Frames {
  const queue: ServerFrame[] = [];
  let wake = () => {};
  let isOver = false;
  socket.on('message', (data: Buffer) => {
    queue.push(JSON.parse(data.toString()) as ServerFrame); // as: the server under test
    wake();
  });
  const closed = new Promise<number>((resolve) => {
    socket.on('close', (code) => {
      isOver = true;
      wake();
      resolve(code);
    });
  });
  socket.on('error', () => {}); // 'close' follows
  return {
    closed,
    send: (frame) => socket.send(JSON.stringify(frame)),
    close: () => socket.close(),
    async next(type) {
      for (;;) {
        for (let frame = queue.shift(); frame; frame = queue.shift()) {
          // as: just compared
          if (frame.type === type) return frame as Extract<ServerFrame, { type: typeof type }>;
        }
        if (isOver) throw new Error(`closed without ${type}`);
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
