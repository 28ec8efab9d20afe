/**
 * Words to tell a small history with, for tests of the judge. A device, like a cid, is of slot b
 * if its name begins with b; a box and a sum are called like their cid unless told otherwise.
 */
import type { Slot } from '../../server/protocol/frames.ts';
import type { History, HistoryEvent, SeenEntry } from './history.ts';

export const SID = 'sessionAAAA';
export const entry = (seq: number, cid: string, more: Partial<SeenEntry> = {}): SeenEntry => ({
  ...{ seq, sum: `sum-${cid}`, cid },
  slot: cid.startsWith('b') ? 'b' : 'a',
  ...(more.hash === undefined && { box: `box-${cid}` }),
  ...more,
});

const slotOf = (device: string): Slot => (device.startsWith('b') ? 'b' : 'a');
export const said = (device: string, cid: string): HistoryEvent => ({
  ...{ type: 'said', device, cid },
  slot: slotOf(device),
});
export const removed = (device: string, cid: string): HistoryEvent => ({
  ...{ type: 'removed', device, cid },
  slot: slotOf(device),
});
/** What happens on one connection of a device. */
export function at(device: string, connection: number) {
  const here = { device, connection };
  return {
    wrote: (cid: string, more: { box?: string; of?: string[] } = {}): HistoryEvent => ({
      ...{ type: 'wrote', ...here, slot: slotOf(device), cid, box: `box-${cid}`, ...more },
    }),
    opened: (): HistoryEvent => ({ type: 'opened', ...here }),
    asked: (after: number): HistoryEvent => ({ type: 'asked', ...here, after }),
    welcomed: (head: number, reset = false): HistoryEvent => ({
      ...{ type: 'welcomed', ...here, head, reset },
    }),
    got: (...entries: SeenEntry[]): HistoryEvent[] =>
      entries.map((one) => ({ type: 'got', ...here, entry: one })),
    nacked: (cid: string, error: string): HistoryEvent => ({ type: 'nacked', ...here, cid, error }),
    frame: (): HistoryEvent => ({ type: 'frame', ...here, name: 'peer' }),
    ended: (): HistoryEvent => ({ type: 'ended', ...here }),
    closed: (): HistoryEvent => ({ type: 'closed', ...here, code: 1006 }),
  };
}

export function history(
  events: (HistoryEvent | HistoryEvent[])[],
  log: History['log'],
  more: Partial<History> = {},
): History {
  return { sid: SID, events: events.flat(), log, screens: new Map(), ...more };
}
