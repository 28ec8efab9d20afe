/**
 * Keeps the operations of one session in the order they were started, where one of them takes
 * more than one step or has to be sent again. Otherwise, which is nearly always, an operation
 * is sent at once, and the connection keeps the order.
 */
import { refusalOf } from './redis-refusal.ts';
import { OPERATION_MS, within } from './within.ts';

export interface Lanes {
  /**
   * Sends `operation` when those of more than one step, started before it, are done. If it was
   * refused, so that nothing of it has run, `again` sends it again while later ones wait; but
   * not if one that was sent after it may have run.
   */
  follow<T>(sid: string, operation: () => Promise<T>, again?: Again<T>): Promise<T>;
  /** The same for an operation of more than one step: later ones wait for it. */
  occupy<T>(sid: string, operation: () => Promise<T>): Promise<T>;
}

/** Sends nothing after `giveUpAt` (of performance.now). */
export type Again<T> = (refusal: unknown, giveUpAt: number) => Promise<T>;

interface Lane {
  /** Operations that wait or are under way. */
  open: number;
  /** Of those under way, how many others have to wait for. */
  holding: number;
  /** Those that wait, in order; undefined as long as none has. */
  waiting: Set<() => void> | undefined;
  /** The one that was sent last. */
  last: Turn | undefined;
}

/** An operation that was sent. */
interface Turn<T = unknown> {
  /** Sent the first time. */
  sent: Promise<T>;
  /** Sent again, if `sent` was refused: known before anyone else hears of the refusal. */
  again: Promise<T> | undefined;
  /** Of those not over yet. */
  before: Turn | undefined;
  after: Turn | undefined;
}

export function createLanes(): Lanes {
  const lanes = new Map<string, Lane>();

  function enter(sid: string): Lane {
    let lane = lanes.get(sid);
    if (!lane)
      lanes.set(sid, (lane = { open: 0, holding: 0, waiting: undefined, last: undefined }));
    lane.open++;
    return lane;
  }

  function leave(sid: string, lane: Lane): void {
    if (--lane.open === 0) lanes.delete(sid);
  }

  /** Later ones wait until `work` is really over, also if nobody waits for it any more. */
  function hold<T>(sid: string, work: Promise<T>): Promise<T> {
    const lane = enter(sid);
    lane.holding++;
    const release = () => {
      lane.holding--;
      goOn(lane);
      leave(sid, lane);
    };
    work.then(release, release);
    return work;
  }

  function whenRefused<T>(sid: string, turn: Turn<T>, repeat: (refusal: unknown) => Promise<T>) {
    turn.sent.catch((refusal: unknown) => {
      if (refusalOf(refusal) === null) return;
      turn.again = hold(
        sid,
        inOrder(turn, refusal, () => repeat(refusal)),
      );
    });
  }

  return {
    async follow(sid, operation, again) {
      const giveUpAt = performance.now() + OPERATION_MS;
      const lane = enter(sid);
      const begin = () => {
        const begun = send(lane, operation);
        if (again) whenRefused(sid, begun, (refusal) => again(refusal, giveUpAt));
        return begun;
      };
      const mustWait = lane.holding > 0;
      let turn;
      try {
        turn = mustWait ? await wait(lane, begin, giveUpAt) : begin();
        return await (mustWait ? within(giveUpAt, turn.sent) : turn.sent);
      } catch (error) {
        if (!turn?.again) throw error;
        return await within(giveUpAt, turn.again);
      } finally {
        if (turn) turn.before = undefined;
        leave(sid, lane);
      }
    },
    async occupy(sid, operation) {
      const giveUpAt = performance.now() + OPERATION_MS;
      const lane = enter(sid);
      const begin = () => send(lane, () => hold(sid, operation()));
      try {
        const turn = lane.holding > 0 ? await wait(lane, begin, giveUpAt) : begin();
        turn.before = undefined;
        return await within(giveUpAt, turn.sent);
      } finally {
        leave(sid, lane);
      }
    },
  };
}

function send<T>(lane: Lane, operation: () => Promise<T>): Turn<T> {
  const turn = { sent: operation(), again: undefined, before: lane.last, after: undefined };
  if (lane.last) lane.last.after = turn;
  lane.last = turn;
  return turn;
}

/** Resolves when it has begun. One that gives up while it waits never does. */
async function wait<T>(lane: Lane, begin: () => Turn<T>, giveUpAt: number): Promise<Turn<T>> {
  let go = () => {};
  const begun = new Promise<Turn<T>>((resolve) => {
    go = () => resolve(begin());
  });
  const waiting = (lane.waiting ??= new Set());
  waiting.add(go);
  try {
    return await within(giveUpAt, begun);
  } finally {
    waiting.delete(go);
  }
}

function goOn(lane: Lane): void {
  for (const go of lane.waiting ?? []) {
    // What begins here may hold the lane in turn.
    if (lane.holding > 0) return;
    lane.waiting?.delete(go);
    go();
  }
}

/** After all that was sent before; and only if all that was sent later was refused as well. */
async function inOrder<T>(turn: Turn, refusal: unknown, repeat: () => Promise<T>): Promise<T> {
  for (let later = turn.after; later; later = later.after) {
    if (!(await wasRefused(later.sent))) throw refusal;
  }
  const { before } = turn;
  await before?.sent.catch(() => {});
  await before?.again?.catch(() => {});
  return repeat();
}

function wasRefused(sent: Promise<unknown>): Promise<boolean> {
  return sent.then(
    () => false,
    (error: unknown) => refusalOf(error) !== null,
  );
}
