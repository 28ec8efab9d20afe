/**
 * A WebSocket without a client: the upgrade is right, and from then on bytes go out as they are.
 * What comes back is taken apart and kept. Made for hundreds a second.
 */
import { connect } from 'node:net';
import { closeFrame, frameEnd, OP, readHead, readPayload } from './frame-bytes.ts';

export interface Place {
  port: number;
  sid: string;
  /** A pass, as a Cookie header. */
  cookie: string;
}

export type RawSocket = ReturnType<typeof openRawSocket>;

/** A close frame that gives no code. */
export const NO_CODE = 1005;
/** Whoever waits longer waits in vain. */
const SILENCE_MS = 30_000;
const MOST_TRIES = 10;
const UPGRADED = /^HTTP\/1\.1 101 /;

/** `early`: written with the request, before its answer. */
export function openRawSocket({ port, sid, cookie }: Place, early: Buffer | null = null) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const texts: string[] = [];
  const pongs: string[] = [];
  let unread = Buffer.alloc(0);
  let answer: string | null = null;
  let closeCode: number | null = null;
  let closeReason = '';
  let isGone = false;
  let hasClosed = false;
  let problem: string | null = null;
  let waiting: { isSo: () => boolean; resolve: (isSo: boolean) => void }[] = [];

  socket.write(upgradeRequest(port, sid, cookie));
  if (early) socket.write(early);
  socket.on('data', (bytes) => {
    unread = unread.length === 0 ? bytes : Buffer.concat([unread, bytes]);
    if (answer === null) takeAnswer();
    if (answer !== null && UPGRADED.test(answer)) takeFrames();
    look();
  });
  socket.on('error', () => {});
  socket.setTimeout(SILENCE_MS, () => {
    problem ??= `the server has said nothing for ${SILENCE_MS} ms`;
    socket.destroy();
  });
  socket.on('close', () => {
    isGone = true;
    look();
  });

  function takeAnswer(): void {
    const end = unread.indexOf('\r\n\r\n');
    if (end < 0) return;
    answer = unread.subarray(0, end).toString('latin1');
    unread = unread.subarray(end + 4);
  }

  function takeFrames(): void {
    let at = 0;
    for (let head = readHead(unread, at); head; head = readHead(unread, at)) {
      const payload = readPayload(unread, head);
      if (!payload) break;
      at = frameEnd(head);
      if (head.rsv !== 0 || head.masked || !head.fin) problem ??= 'a frame of the server is wrong';
      take(head.opcode, payload);
    }
    unread = unread.subarray(at);
  }

  function take(opcode: number, payload: Buffer): void {
    if (opcode === OP.text) texts.push(payload.toString());
    else if (opcode === OP.pong) pongs.push(payload.toString('latin1'));
    else if (opcode === OP.close) {
      closeCode = payload.length < 2 ? NO_CODE : payload.readUInt16BE();
      closeReason = payload.subarray(2).toString();
      if (!hasClosed) close(closeCode === NO_CODE ? null : closeCode);
    } else if (opcode !== OP.ping) problem ??= `a frame of the server has opcode ${opcode}`;
  }

  function look(): void {
    waiting = waiting.filter(({ isSo, resolve }) => {
      const settled = isSo() || isGone;
      if (settled) resolve(isSo());
      return !settled;
    });
  }

  function write(bytes: Buffer): void {
    if (socket.writable) socket.write(bytes);
  }

  function close(code: number | null): void {
    hasClosed = true;
    write(closeFrame(code));
  }

  /** Resolves to whether it came to be so before the connection was gone. */
  function until(isSo: () => boolean): Promise<boolean> {
    return isSo() || isGone
      ? Promise.resolve(isSo())
      : new Promise((resolve) => waiting.push({ isSo, resolve }));
  }

  return {
    /** Text frames that came, in order. */
    texts: texts as readonly string[],
    /** Payloads of the pongs that came, in order, a byte a character. */
    pongs: pongs as readonly string[],
    /** Of the server's close frame, null without one. */
    get closeCode() {
      return closeCode;
    },
    get closeReason() {
      return closeReason;
    },
    /** What no server may send. */
    get problem() {
      return problem;
    },
    until,
    /** Resolves when frames may be sent; rejects with the status if the upgrade is refused. */
    async opened(): Promise<void> {
      await until(() => answer !== null);
      if (answer === null) throw new Error('gone before the upgrade was answered');
      if (!UPGRADED.test(answer)) throw new Error(`no upgrade: ${answer.slice(9, 12)}`);
    },
    /** Resolves when TCP is over, too. */
    gone: () => until(() => isGone),
    write,
    /** That of the server is answered already. */
    close,
    /** In the middle of whatever it is. */
    cut: () => socket.destroy(),
  };
}

/** The same, opened. Where a busy machine's store takes too long, it is asked again. */
export async function connectRawSocket(place: Place, early: Buffer | null = null) {
  for (let left = MOST_TRIES; ; left--) {
    const socket = openRawSocket(place, early);
    try {
      await socket.opened();
      return socket;
    } catch (error) {
      if (left === 0 || !(error instanceof Error && error.message.endsWith('503'))) throw error;
    }
  }
}

function upgradeRequest(port: number, sid: string, cookie: string): string {
  return [
    `GET /ws/${sid} HTTP/1.1`,
    `Host: localhost:${port}`,
    `Origin: http://localhost:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
    `Cookie: ${cookie}`,
    '\r\n',
  ].join('\r\n');
}
