/** Chance that can be repeated: everything a fault test decides comes from its printed seed. */

export interface Random {
  /** 0 ≤ n < 1. */
  (): number;
  /** A whole number, both ends included. */
  between(low: number, high: number): number;
  oneOf<T>(list: readonly T[]): T;
}

/** The generator known as mulberry32: 32 bits of state, good enough for a schedule. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  return Object.assign(random, {
    between,
    oneOf<T>(list: readonly T[]): T {
      const one = list[between(0, list.length - 1)];
      if (one === undefined) throw new Error('nothing to choose from');
      return one;
    },
  });
}
