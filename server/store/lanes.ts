/**
 * Keeps the operations of one session in the order they were started, where one of them takes
 * more than one step or has to be sent again. Otherwise, which is nearly always, an operation
 * is sent at once, and the connection keeps the order.
 */
import { OPERATION_MS, within } from './within.ts';

export interface Lanes {
  /** Runs `operation` when those of more than one step, started before it, are done. */
  follow<T>(sid: string, operation: (turn: Turn) => Promise<T>): Promise<T>;
  /** The same for an operation of more than one step: later ones wait for it. */
  occupy<T>(sid: string, operation: () => Promise<T>): Promise<T>;
}

export interface Turn {
  /**
   * For an operation of which nothing has run: sends it again, and later ones wait. Throws
   * `refusal` if one of the same session was sent after it, since that may have run already.
   */
  again: <T>(refusal: unknown, operation: () => Promise<T>) => Promise<T>;
}

interface Lane {
  /** Operations that wait or are under way. */
  open: number;
  /** How many were sent. */
  sent: number;
  /** One of several steps is under way. */
  isHeld: boolean;
  /** Those that come after it, in order. */
  waiting: Set<() => void>;
}

export function createLanes(): Lanes {
  const lanes = new Map<string, Lane>();

  async function inLane<T>(sid: string, operation: (lane: Lane) => Promise<T>): Promise<T> {
    const lane = lanes.get(sid) ?? { open: 0, sent: 0, isHeld: false, waiting: new Set() };
    if (lane.open++ === 0) lanes.set(sid, lane);
    try {
      return await (lane.isHeld ? wait(lane, () => operation(lane)) : operation(lane));
    } finally {
      if (--lane.open === 0) lanes.delete(sid);
    }
  }

  return {
    follow: (sid, operation) => inLane(sid, (lane) => operation(takeTurn(lane))),
    occupy: (sid, operation) =>
      inLane(sid, (lane) => {
        lane.sent++;
        const work = operation();
        hold(lane, work);
        return within(performance.now() + OPERATION_MS, work);
      }),
  };
}

/** One that gives up while it waits is never begun. */
async function wait<T>(lane: Lane, begin: () => Promise<T>): Promise<T> {
  let go = () => {};
  const begun = new Promise<T>((resolve, reject) => {
    go = () => void begin().then(resolve, reject);
  });
  lane.waiting.add(go);
  try {
    return await within(performance.now() + OPERATION_MS, begun);
  } finally {
    lane.waiting.delete(go);
  }
}

/** Until `work` is really over, also if nobody waits for it any more. */
function hold(lane: Lane, work: Promise<unknown>): void {
  lane.isHeld = true;
  const release = () => {
    lane.isHeld = false;
    for (const go of lane.waiting) {
      // What begins here may hold the lane in turn.
      if (lane.isHeld) return;
      lane.waiting.delete(go);
      go();
    }
  };
  work.then(release, release);
}

function takeTurn(lane: Lane): Turn {
  const mine = ++lane.sent;
  return {
    async again(refusal, operation) {
      if (lane.sent !== mine) throw refusal;
      const work = operation();
      hold(lane, work);
      return work;
    },
  };
}
