/**
 * What RFC 6455 and our limits say of a stream of bytes from a client that has been welcomed: a
 * small model of a receiver, written from the RFC, against which the real one is held. Where a
 * frame is wrong in more than one way, each of the codes will do.
 */
import { isUtf8 } from 'node:buffer';
import { frameEnd, OP, readHead, readPayload, type FrameHead } from './frame-bytes.ts';
import { NO_CODE } from './raw-socket.ts';

export interface Outcome {
  /** Payloads of the pongs that are due, a byte a character. */
  pongs: string[];
  /** How many text frames "pong" are due: one for each right ping of ours. */
  answers: number;
  /** One of these the server closes with; null if it goes on waiting. */
  closes: readonly number[] | null;
  /** The stream ends within a frame. */
  isTorn: boolean;
}

const WRONG_FRAME = 1002;
const WRONG_TEXT = 1007;
const TOO_MANY = 1008;
const TOO_BIG = 1009;
const NO_FRAME_OF_OURS = 4500;

const MAX_MESSAGE_BYTES = 24 * 1024;
const MAX_FRAGMENTS = 64;
const CONTROL = 0x8;

/** The one text that the model knows as a frame of ours. */
export const PING = '{"type":"ping"}';
const OURS = /^[ \t\n\r]*\{"type":"ping"\}[ \t\n\r]*$/;

interface Message {
  opcode: number;
  parts: Buffer[];
  bytes: number;
}

export function outcomeOf(stream: Buffer): Outcome {
  const pongs: string[] = [];
  let answers = 0;
  let message: Message | null = null;
  const ended = (closes: readonly number[] | null, isTorn = false): Outcome => ({
    ...{ pongs, answers, closes, isTorn },
  });

  for (let at = 0; at < stream.length;) {
    const head = readHead(stream, at);
    const faults = head ? faultsOf(head, message) : [];
    if (faults.length > 0) return ended(faults);
    const payload = head && readPayload(stream, head);
    if (!payload) return ended(null, true);
    at = frameEnd(head);
    if (head.opcode === OP.ping) pongs.push(payload.toString('latin1'));
    else if (head.opcode === OP.close) return ended([answerToClose(payload)]);
    if (head.opcode >= CONTROL) continue;
    message ??= { opcode: head.opcode, parts: [], bytes: 0 };
    message.parts.push(payload);
    message.bytes += payload.length;
    if (message.parts.length > MAX_FRAGMENTS) return ended([TOO_MANY]);
    if (!head.fin) continue;
    const text = Buffer.concat(message.parts);
    const { opcode }: Message = message;
    message = null;
    if (opcode === OP.text && !isUtf8(text)) return ended([WRONG_TEXT]);
    if (opcode !== OP.text || !OURS.test(text.toString())) return ended([NO_FRAME_OF_OURS]);
    answers += 1;
  }
  return ended(null, message !== null);
}

/** RFC 6455 sections 5.2, 5.4 and 5.5. */
function faultsOf(head: FrameHead, message: Message | null): number[] {
  const { fin, rsv, opcode, masked, isLong } = head;
  const length = head.length ?? 0;
  const isControl = opcode >= CONTROL;
  const isKnown = Object.values<number>(OP).includes(opcode);
  const isWrong =
    rsv !== 0 ||
    !masked ||
    !isKnown ||
    (isControl && (!fin || isLong || (opcode === OP.close && length === 1))) ||
    (opcode === OP.continuation && !message) ||
    (!isControl && opcode !== OP.continuation && message !== null);
  const isTooBig = !isControl && (message?.bytes ?? 0) + length > MAX_MESSAGE_BYTES;
  const isBeyondCount = length > Number.MAX_SAFE_INTEGER;
  return [...(isWrong ? [WRONG_FRAME] : []), ...(isTooBig || isBeyondCount ? [TOO_BIG] : [])];
}

/** Sections 5.5.1 and 7.4: the same code comes back, or that it was none. */
function answerToClose(payload: Buffer): number {
  if (payload.length === 0) return NO_CODE;
  const code = payload.readUInt16BE();
  const isAllowed =
    (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) ||
    (code >= 3000 && code <= 4999);
  if (!isAllowed) return WRONG_FRAME;
  return isUtf8(payload.subarray(2)) ? code : WRONG_TEXT;
}
