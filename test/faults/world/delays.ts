/** How long things took in a recording, in ms. */
import type { Recorder } from './recorder.ts';

/** From pressing send, after the first `from` events, to the device `to` having the message. */
export function delaysTo(to: string, { events, times }: Recorder, from = 0): number[] {
  const saidAt = new Map<string, number>();
  const delays: number[] = [];
  for (const [i, event] of events.entries()) {
    const at = times[i] ?? 0;
    if (event.type === 'said' && event.device !== to && i >= from) saidAt.set(event.cid, at);
    if (event.type !== 'got' || event.device !== to) continue;
    const since = saidAt.get(event.entry.cid);
    if (since !== undefined) delays.push(at - since);
    saidAt.delete(event.entry.cid);
  }
  return delays;
}

/** From pressing send to the echo, for everyone who said something after the first `from` events. */
export function echoDelays({ events, times }: Recorder, from = 0): number[] {
  const saidAt = new Map<string, number>();
  const delays: number[] = [];
  for (const [i, event] of events.entries()) {
    const at = times[i] ?? 0;
    if (event.type === 'said' && i >= from) saidAt.set(`${event.device} ${event.cid}`, at);
    if (event.type !== 'got') continue;
    const mine = `${event.device} ${event.entry.cid}`;
    const since = saidAt.get(mine);
    if (since !== undefined) delays.push(at - since);
    saidAt.delete(mine);
  }
  return delays;
}

/** From a message leaving, after the first `from` events, to the nack that refused it. */
export function nackDelays({ events, times }: Recorder, from = 0): number[] {
  const wroteAt = new Map<string, number>();
  const delays: number[] = [];
  for (let i = from; i < events.length; i++) {
    const event = events[i];
    const at = times[i] ?? 0;
    if (event?.type === 'wrote') wroteAt.set(`${event.connection} ${event.cid}`, at);
    if (event?.type !== 'nacked') continue;
    const since = wroteAt.get(`${event.connection} ${event.cid}`);
    if (since !== undefined) delays.push(at - since);
  }
  return delays;
}

export interface Return {
  device: string;
  code: number;
  /** From the close to the next hello; null if there was none. */
  tookMs: number | null;
  /** When the next welcome came, on the clock of performance.now(). */
  backAt: number | null;
}

/** Every connection that had opened and was closed after the first `from` events. */
export function returnsSince(from: number, { events, times }: Recorder): Return[] {
  const opened = new Set<number>();
  const returns: Return[] = [];
  const closedAt = new Map<string, { at: number; entry: Return }>();
  /** Those that have said hello, and before that may have been cut off more than once. */
  const coming = new Map<string, Return[]>();
  for (const [i, event] of events.entries()) {
    const at = times[i] ?? 0;
    if (event.type === 'asked') {
      opened.add(event.connection);
      const closed = closedAt.get(event.device);
      if (closed) {
        closed.entry.tookMs = at - closed.at;
        coming.set(event.device, [...(coming.get(event.device) ?? []), closed.entry]);
      }
      closedAt.delete(event.device);
    } else if (event.type === 'welcomed') {
      for (const entry of coming.get(event.device) ?? []) entry.backAt = at;
      coming.delete(event.device);
    } else if (event.type === 'closed' && i >= from && opened.has(event.connection)) {
      const entry: Return = { device: event.device, code: event.code, tookMs: null, backAt: null };
      returns.push(entry);
      closedAt.set(event.device, { at, entry });
    }
  }
  return returns;
}
