/** Both people of a chat who put files there, and remember which the server said it has. */
import { randomBytes, randomInt } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { Slot } from '../../../server/protocol/frames.ts';
import type { Random } from '../../faults/world/random.ts';
import type { RawSession } from '../../support/raw-client.ts';
import type { Server } from '../../support/server-process.ts';
import { createSender, type Answered, type Sender } from './flood.ts';

export interface From {
  address: string;
  /** Whose turn it is if not given. */
  slot?: Slot;
  /** Any of them if not given. */
  server?: Server;
}

export interface Uploader {
  sid: string;
  /** The request line and headers of an upload, but for its length. */
  headOf(server: Server, address: string): string[];
  put(box: Buffer, from: From): Promise<Answered>;
  /** One that is there, by who put it: throws unless that is a success. */
  putAgain(random: Random, from: From): Promise<string>;
  /** The other's file, or one's own with other bytes: throws unless refused. */
  putOver(random: Random, from: From): Promise<string>;
  /** Reads one of those that are there; throws if it is not as it was put. */
  expectOne(random: Random): Promise<void>;
  expectAll(): Promise<void>;
  /** By those that are there. */
  taken(): { count: number; bytes: number };
  end(): Promise<void>;
  close(): void;
}

interface Kept {
  cid: string;
  slot: Slot;
  box: Buffer;
}

export function openUploader(servers: readonly Server[], session: RawSession): Uploader {
  const { sid } = session;
  const senders = new Map(servers.map((server) => [server, createSender(server)]));
  const kept: Kept[] = [];
  let turn = 0;

  const nextServer = () => servers[turn++ % servers.length]!;
  const headersOf = (slot: Slot, { port }: Server) => ({
    origin: `http://127.0.0.1:${port}`,
    cookie: session[slot].cookie,
  });
  const pathOf = (cid: string) => `/api/sessions/${sid}/files/${cid}`;

  async function send(
    slot: Slot,
    cid: string,
    box: Buffer,
    { address, server = nextServer() }: From,
  ): Promise<Answered> {
    // as: made of these servers
    const sender = senders.get(server) as Sender;
    const headers = headersOf(slot, server);
    return sender.send({ method: 'PUT', path: pathOf(cid), body: box, address, headers });
  }

  async function expectFile({ cid, box }: Kept): Promise<void> {
    const server = nextServer();
    const url = `http://127.0.0.1:${server.port}${pathOf(cid)}`;
    const answer = await fetch(url, { headers: headersOf(turn % 2 ? 'a' : 'b', server) });
    const bytes = Buffer.from(await answer.arrayBuffer());
    if (answer.status !== 200 || !bytes.equals(box)) {
      throw new Error(`a file that was stored: ${answer.status}, ${bytes.length} bytes`);
    }
  }

  return {
    sid,
    headOf: (server, address) => [
      `PUT ${pathOf(randomBytes(16).toString('base64url'))} HTTP/1.1`,
      `Host: 127.0.0.1:${server.port}`,
      ...Object.entries(headersOf('a', server)).map((header) => header.join(': ')),
      `X-Forwarded-For: ${address}`,
      'Content-Type: application/octet-stream',
    ],
    async put(box, from) {
      const cid = randomBytes(16).toString('base64url');
      const slot = from.slot ?? (turn % 2 ? 'a' : 'b');
      const answer = await send(slot, cid, box, from);
      if (answer.code === '204') kept.push({ cid, slot, box });
      return answer;
    },
    async putAgain(random, from) {
      if (kept.length === 0) return '204';
      const { cid, slot, box } = random.oneOf(kept);
      const { code } = await send(slot, cid, box, from);
      if (code !== '204' && code !== 'busy') throw new Error(`the same again: ${code}`);
      return code;
    },
    async putOver(random, from) {
      if (kept.length === 0) return 'id_taken';
      const { cid, slot, box } = random.oneOf(kept);
      const other = slot === 'a' ? 'b' : 'a';
      const { code } =
        random() < 0.5
          ? await send(other, cid, box, from)
          : await send(slot, cid, drawBox(box.length), from);
      if (code !== 'id_taken' && code !== 'busy') throw new Error(`over another: ${code}`);
      return code;
    },
    async expectOne(random) {
      if (kept.length > 0) await expectFile(random.oneOf(kept));
    },
    async expectAll() {
      for (const file of kept) await expectFile(file);
    },
    taken: () => ({
      count: kept.length,
      bytes: kept.reduce((sum, { box }) => sum + box.length, 0),
    }),
    async end() {
      const server = nextServer();
      const sender = senders.get(server) as Sender; // as: made of these servers
      const headers = headersOf('a', server);
      const path = `/api/sessions/${sid}`;
      const { status } = await sender.send({ method: 'DELETE', path, headers });
      if (status !== 204) throw new Error(`not ended: ${status}`);
    },
    close: () => senders.forEach((sender) => sender.close()),
  };
}

/** Drawn once: whoever floods and looks on must not be the slower one. */
const POOL = randomBytes(8 * 1024 * 1024);

/** So many random bytes, which hardly ever are the same twice. */
export function drawBox(bytes: number): Buffer {
  const at = randomInt(POOL.length - bytes);
  return POOL.subarray(at, at + bytes);
}

/** So many uploads of so many bytes, begun and not gone on with; `close` breaks them off. */
export async function holdUploads(
  uploader: Uploader,
  server: Server,
  { address, count, bytes }: { address: string; count: number; bytes: number },
): Promise<{ answered(): string[]; close(): void }> {
  const codes: string[] = [];
  const begun = Array.from({ length: count }, async () => {
    const head = [...uploader.headOf(server, address), `Content-Length: ${bytes}`, '', 'x'];
    const socket = await opened(server, head.join('\r\n'));
    socket.on('error', () => {});
    socket.on('data', (text: Buffer) => {
      codes.push(/"code":"(\w+)"/.exec(text.toString())?.[1] ?? 'something');
    });
    return socket;
  });
  const sockets = await Promise.all(begun);
  return { answered: () => codes, close: () => sockets.forEach((socket) => socket.destroy()) };
}

function opened({ port }: Server, bytes: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(bytes);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}
