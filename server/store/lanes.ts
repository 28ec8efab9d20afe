/**
 * Keeps the operations of one session in the order they were started, where one of them takes
 * more than one step or has to be sent again. Otherwise, which is nearly always, an operation
 * is sent at once, and the connection keeps the order.
 */
import { refusalOf } from './redis-refusal.ts';
import { OPERATION_MS, within } from './within.ts';

export interface Lanes {
  /**
   * Sends `operation` when those that hold the lane are done. If it was refused, so that nothing
   * of it has run, `again` sends it again while later ones wait; but not if one was sent after
   * it, which may have run: then it fails with the refusal.
   */
  follow<T>(sid: string, operation: () => Promise<T>, again?: Again<T>): Promise<T>;
  /** The same for an operation of more than one step: later ones wait for it. */
  occupy<T>(sid: string, operation: () => Promise<T>): Promise<T>;
}

/** Sends nothing after `giveUpAt` (of performance.now). */
export type Again<T> = (refusal: unknown, giveUpAt: number) => Promise<T>;

interface Lane {
  /** Operations under way: the lane is forgotten with the last. */
  open: number;
  /** How many were sent. */
  sent: number;
  /** Of those under way, how many others have to wait for. */
  holding: number;
  /** Those that wait, in order. */
  waiting: Set<() => void>;
}

export function createLanes(): Lanes {
  const lanes = new Map<string, Lane>();

  function laneOf(sid: string): Lane {
    let lane = lanes.get(sid);
    if (!lane) lanes.set(sid, (lane = { open: 0, sent: 0, holding: 0, waiting: new Set() }));
    return lane;
  }

  function leave(sid: string, lane: Lane): void {
    if (--lane.open === 0) lanes.delete(sid);
  }

  /** Until `work` is really over, also if nobody waits for it any more. */
  async function keepOpen<T>(sid: string, lane: Lane, work: Promise<T>): Promise<T> {
    lane.open++;
    try {
      return await work;
    } finally {
      leave(sid, lane);
    }
  }

  return {
    follow(sid, operation, again) {
      const giveUpAt = performance.now() + OPERATION_MS;
      const lane = laneOf(sid);
      // The way of every message: `keepOpen`, but without a promise more.
      const send = async () => {
        const turn = ++lane.sent;
        lane.open++;
        try {
          return await operation();
        } catch (error) {
          if (!again || refusalOf(error) === null || lane.sent !== turn) throw error;
          return await within(giveUpAt, keepOpen(sid, lane, hold(lane, again(error, giveUpAt))));
        } finally {
          leave(sid, lane);
        }
      };
      return inTurn(lane, giveUpAt, send);
    },
    occupy(sid, operation) {
      const giveUpAt = performance.now() + OPERATION_MS;
      const lane = laneOf(sid);
      const send = () => {
        lane.sent++;
        return keepOpen(sid, lane, hold(lane, operation()));
      };
      return inTurn(lane, giveUpAt, () => within(giveUpAt, send()));
    },
  };
}

/** Sends when nothing holds the lane. What gives up while it waits is never sent. */
function inTurn<T>(lane: Lane, giveUpAt: number, send: () => Promise<T>): Promise<T> {
  return lane.holding === 0 ? send() : wait(lane, giveUpAt, send);
}

async function wait<T>(lane: Lane, giveUpAt: number, send: () => Promise<T>): Promise<T> {
  let go = () => {};
  const sent = new Promise<T>((resolve) => (go = () => resolve(send())));
  lane.waiting.add(go);
  try {
    return await within(giveUpAt, sent);
  } finally {
    lane.waiting.delete(go);
  }
}

async function hold<T>(lane: Lane, work: Promise<T>): Promise<T> {
  lane.holding++;
  try {
    return await work;
  } finally {
    lane.holding--;
    for (const go of lane.waiting) {
      // What goes here may hold the lane in turn.
      if (lane.holding > 0) break;
      lane.waiting.delete(go);
      go();
    }
  }
}
