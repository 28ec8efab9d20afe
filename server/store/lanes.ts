/**
 * Keeps the operations of one session in the order they were started while one of them takes
 * more than one step. Where nothing does, which is nearly always, an operation runs at once.
 */
export interface Lanes {
  /** Runs `operation` when those of more than one step, started before it, are done. */
  follow<T>(sid: string, operation: () => Promise<T>): Promise<T>;
  /** The same for an operation of more than one step: later ones wait for it. */
  occupy<T>(sid: string, operation: () => Promise<T>): Promise<T>;
}

export function createLanes(): Lanes {
  const lanes = new Map<string, Promise<void>>();

  const follow: Lanes['follow'] = (sid, operation) => {
    const before = lanes.get(sid);
    return before ? before.then(operation) : operation();
  };

  return {
    follow,
    occupy(sid, operation) {
      const result = follow(sid, operation);
      const done = result.then(
        () => {},
        () => {},
      );
      lanes.set(sid, done);
      // The first to hear of it: whoever starts after this does not overtake those who wait.
      void done.then(() => {
        if (lanes.get(sid) === done) lanes.delete(sid);
      });
      return result;
    },
  };
}
