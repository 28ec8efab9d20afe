/**
 * Every byte between people and a node, written down by a proxy, and what it says: requests and
 * answers, each with head and body, then the frames of a WebSocket without their masks. What is
 * not understood throws: nothing may pass unread.
 */
import type { Direction, Listener } from './tcp-proxy.ts';

/** One way of one connection. */
export interface Stream {
  direction: Direction;
  bytes: Buffer;
}

export interface RecordedWire {
  /** For startTcpProxy. */
  listen: Listener;
  streams(): Stream[];
}

export function recordWire(): RecordedWire {
  const heard = new Map<string, { direction: Direction; pieces: Buffer[] }>();
  return {
    listen(connection, direction, bytes) {
      const key = `${connection} ${direction}`;
      const stream = heard.get(key) ?? { direction, pieces: [] };
      stream.pieces.push(Buffer.from(bytes));
      heard.set(key, stream);
    },
    streams: () =>
      [...heard.values()].map(({ direction, pieces }) => ({
        direction,
        bytes: Buffer.concat(pieces),
      })),
  };
}

export interface Message {
  /** Of the request or answer that opened it, for a frame too. */
  head: string;
  kind: 'head' | 'body' | 'frame';
  bytes: Buffer;
}

/** A stream that was cut in the middle gives what it has of its last message. */
export function messagesOf({ bytes }: Stream): Message[] {
  const messages: Message[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf('\r\n\r\n', at);
    const bodyAt = end === -1 ? bytes.length : end + 4;
    const head = bytes.toString('latin1', at, bodyAt);
    if (!/^([A-Z]+ \S+ HTTP\/1\.1|HTTP\/1\.1 \d{3} )/.test(head)) throw new Error('not HTTP');
    messages.push({ head, kind: 'head', bytes: bytes.subarray(at, bodyAt) });
    if (/^upgrade: websocket\r$/im.test(head)) {
      return [...messages, ...framesOf(head, bytes.subarray(bodyAt))];
    }
    if (/^transfer-encoding:/im.test(head)) throw new Error('a body in chunks');
    const length = Number(/^content-length: *(\d+)\r$/im.exec(head)?.[1] ?? 0);
    messages.push({ head, kind: 'body', bytes: bytes.subarray(bodyAt, bodyAt + length) });
    at = bodyAt + length;
  }
  return messages;
}

/** RFC 6455 section 5.2. */
function framesOf(head: string, bytes: Buffer): Message[] {
  const messages: Message[] = [];
  for (let at = 0; at + 2 <= bytes.length;) {
    const short = bytes[at + 1]! & 0x7f;
    const sizeAt = at + 2;
    const maskAt = sizeAt + (short === 126 ? 2 : short === 127 ? 8 : 0);
    const isMasked = (bytes[at + 1]! & 0x80) !== 0;
    const dataAt = maskAt + (isMasked ? 4 : 0);
    if (dataAt > bytes.length) break;
    const long = short === 126 ? bytes.readUInt16BE(sizeAt) : 0;
    const length =
      short === 127 ? Number(bytes.readBigUInt64BE(sizeAt)) : short === 126 ? long : short;
    const data = Buffer.from(bytes.subarray(dataAt, dataAt + length));
    if (isMasked) for (let i = 0; i < data.length; i++) data[i]! ^= bytes[maskAt + (i % 4)]!;
    messages.push({ head, kind: 'frame', bytes: data });
    at = dataAt + length;
  }
  return messages;
}
