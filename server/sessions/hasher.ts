/**
 * Hashing and checking codes in one worker thread, with a short queue in front of it: entering
 * goes before creating, and whoever finds no place is told so at once instead of waiting long.
 */
import { Piscina, queueOptionsSymbol } from 'piscina';
import { AppError } from '../protocol/errors.ts';

const QUEUE_PLACES = 64;
/** Creating may take only these, so that no rush of new chats keeps people out of theirs. */
const CREATING_PLACES = 32;

export interface Hasher {
  /** Codes that are being hashed or checked, or wait for it. */
  readonly length: number;
  /** Rejects with `busy` if there is no place. */
  hash(code: string): Promise<string>;
  /**
   * Takes a place (or rejects with `busy`), then does `work`, which may compare one code: what
   * comes before, like taking a try, is not done for a code that nobody has time to check.
   */
  withPlace<T>(work: (compare: Compare) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Whether `code` is the one that was hashed. */
export type Compare = (code: string, codeHash: string) => Promise<boolean>;

/** `cost` as in BCRYPT_COST. The thread starts with the first code, and stays until closed. */
export function createHasher(cost: number): Hasher {
  let started: Piscina | undefined;
  const pool = () => (started ??= createPool());
  let taken = 0;

  async function inPlace<T>(places: number, work: () => Promise<T>): Promise<T> {
    if (taken >= places) throw new AppError('busy');
    taken += 1;
    try {
      return await work();
    } finally {
      taken -= 1;
    }
  }

  return {
    get length() {
      return taken;
    },
    hash: (code) =>
      inPlace(CREATING_PLACES, async () => {
        // as: what bcrypt-worker.js returns; a pool cannot carry types.
        return (await pool().run({ code, cost }, { name: 'hash' })) as string;
      }),
    withPlace: (work) =>
      inPlace(QUEUE_PLACES, () =>
        work(async (code, codeHash) => {
          const task = { code, codeHash, [queueOptionsSymbol]: FIRST };
          return (await pool().run(task, { name: 'compare' })) as boolean; // as: see hash
        }),
      ),
    close: async () => started?.destroy(),
  };
}

const FIRST = { first: true };

function createPool(): Piscina {
  return new Piscina({
    filename: new URL('./bcrypt-worker.js', import.meta.url).href,
    minThreads: 1,
    maxThreads: 1,
    // Else a task that finds the thread at work goes to the end, behind those that came after it.
    stricterFIFO: true,
    taskQueue: createQueue(),
  });
}

type TaskQueue = NonNullable<NonNullable<ConstructorParameters<typeof Piscina>[0]>['taskQueue']>;
type Task = Parameters<TaskQueue['push']>[0];

/** First in, first out, but all of FIRST before all others. */
function createQueue(): TaskQueue {
  const first: Task[] = [];
  const others: Task[] = [];
  const listOf = (task: Task) => (task[queueOptionsSymbol] === FIRST ? first : others);
  return {
    get size() {
      return first.length + others.length;
    },
    push: (task) => void listOf(task).push(task),
    unshift: (task) => void listOf(task).unshift(task),
    shift: () => first.shift() ?? others.shift() ?? null,
    remove: (task) => {
      const list = listOf(task);
      const index = list.indexOf(task);
      if (index !== -1) list.splice(index, 1);
    },
  };
}
