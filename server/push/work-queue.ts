/**
 * A bounded queue: so many pieces of work at once, so many that wait, and what comes beyond is
 * dropped. For what must never slow down whoever hands it in.
 */
export interface WorkQueue<T> {
  /** False if it was dropped. */
  add(item: T): boolean;
  /** Nothing that waits is begun any more. */
  stop(): void;
}

/** `work` must not reject. `most`: waiting and under way. */
export function createWorkQueue<T>(
  work: (item: T) => Promise<void>,
  { atOnce, most }: { atOnce: number; most: number },
): WorkQueue<T> {
  const waiting: T[] = [];
  let underWay = 0;
  let isStopped = false;

  function next(): void {
    while (underWay < atOnce && waiting.length > 0) {
      // as: there is one, whatever T is.
      const item = waiting.shift() as T;
      underWay += 1;
      void work(item).finally(() => {
        underWay -= 1;
        next();
      });
    }
  }

  return {
    add(item) {
      if (isStopped || waiting.length + underWay >= most) return false;
      waiting.push(item);
      next();
      return true;
    },
    stop() {
      isStopped = true;
      waiting.length = 0;
    },
  };
}
