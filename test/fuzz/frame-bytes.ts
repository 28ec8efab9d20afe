/**
 * Frames of RFC 6455 as bytes, right ones and wrong ones: every bit of a header can be said. Knows
 * nothing of what their payloads mean.
 */

export const OP = {
  continuation: 0x0,
  text: 0x1,
  binary: 0x2,
  close: 0x8,
  ping: 0x9,
  pong: 0xa,
} as const;

export interface FrameSpec {
  opcode: number;
  payload?: Buffer | string;
  /** True if not given. */
  fin?: boolean;
  /** The three reserved bits, 0 to 7. */
  rsv?: number;
  /** Four bytes; null for none. Clients have to mask. */
  mask?: Buffer | null;
  /** Over how many bits the length is told; the fewest that are right if not given. */
  lengthBits?: 7 | 16 | 64;
  /** What the header says instead of the payload's length. */
  saidLength?: bigint;
}

/** A mask that changes every byte. */
export const MASK = Buffer.from([0x5a, 0xa5, 0x3c, 0xc3]);

export function frameBytes(spec: FrameSpec): Buffer {
  const { opcode, fin = true, rsv = 0, mask = MASK } = spec;
  const payload = Buffer.from(spec.payload ?? '');
  const said = spec.saidLength ?? BigInt(payload.length);
  const lengthBits = spec.lengthBits ?? (said < 126 ? 7 : said < 65_536 ? 16 : 64);
  const length = Buffer.alloc({ 7: 1, 16: 3, 64: 9 }[lengthBits]);
  length[0] = { 7: Number(said & 0x7fn), 16: 126, 64: 127 }[lengthBits] | (mask ? 0x80 : 0);
  if (lengthBits === 16) length.writeUInt16BE(Number(said & 0xffffn), 1);
  if (lengthBits === 64) length.writeBigUInt64BE(BigInt.asUintN(64, said), 1);
  const first = Buffer.from([(fin ? 0x80 : 0) | (rsv << 4) | opcode]);
  if (!mask) return Buffer.concat([first, length, payload]);
  for (let i = 0; i < payload.length; i++) payload[i]! ^= mask[i % 4]!;
  return Buffer.concat([first, length, mask, payload]);
}

export function textFrame(text: Buffer | string): Buffer {
  return frameBytes({ opcode: OP.text, payload: text });
}

/** `code` null: a close that gives none. */
export function closeFrame(code: number | null, reason: Buffer | string = ''): Buffer {
  const payload = Buffer.alloc(code === null ? 0 : 2);
  if (code !== null) payload.writeUInt16BE(code);
  return frameBytes({
    opcode: OP.close,
    payload: Buffer.concat([payload, Buffer.from(reason)]),
  });
}

export interface FrameHead {
  fin: boolean;
  rsv: number;
  opcode: number;
  masked: boolean;
  /** As said; may be more than can ever come. Null while it has not come itself. */
  length: number | null;
  /** Said in 16 or 64 bits of its own. */
  isLong: boolean;
  /** Where the mask begins, or the payload if there is none. */
  end: number;
}

/** The head of the frame that begins at `at`, null while its first two bytes have not come. */
export function readHead(bytes: Buffer, at: number): FrameHead | null {
  if (bytes.length < at + 2) return null;
  const [first = 0, second = 0] = bytes.subarray(at, at + 2);
  const short = second & 0x7f;
  const end = at + 2 + (short === 126 ? 2 : short === 127 ? 8 : 0);
  const long = () =>
    short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
  return {
    fin: first >= 0x80,
    rsv: (first >> 4) & 7,
    opcode: first & 0xf,
    masked: second >= 0x80,
    length: bytes.length < end ? null : short > 125 ? long() : short,
    isLong: short > 125,
    end,
  };
}

/** The payload behind `head` without its mask, null while it is incomplete. */
export function readPayload(bytes: Buffer, { masked, length, end }: FrameHead): Buffer | null {
  const start = masked ? end + 4 : end;
  if (length === null || bytes.length < start + length) return null;
  const payload = Buffer.from(bytes.subarray(start, start + length));
  if (masked) for (let i = 0; i < length; i++) payload[i]! ^= bytes[end + (i % 4)]!;
  return payload;
}

/** Where the frame ends whose length has come. */
export function frameEnd({ masked, length, end }: FrameHead): number {
  return end + (masked ? 4 : 0) + (length ?? 0);
}
