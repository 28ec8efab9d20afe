/** What can be measured, by the name it is asked for. Each starts what it needs, and ends it. */
import { idle, reconnect } from './connections.ts';
import type { Figures } from './figures.ts';
import { history } from './history.ts';
import { echoWhileEntering, entries, sessions } from './sessions.ts';
import { coldStart } from './start.ts';
import type { Start, System } from './systems.ts';
import { atHalf, atRate, closedLoop } from './talking.ts';

export type Measure = (start: Start) => Promise<Figures>;

/** By default. */
export const MEASURES: Readonly<Record<string, Measure>> = {
  async talking(start) {
    const most = await on(closedLoop)(start);
    return { ...most, ...(await on((system) => atHalf(system, most))(start)) };
  },
  rates: (start) =>
    all(
      on((system) => atRate(system, 200)),
      on((system) => atRate(system, 5_000)),
    )(start),
  idle: on((system) => idle(system, 1_000)),
  sessions: all(
    on((system) => sessions(system, 100, 4), { BCRYPT_COST: '4' }),
    on((system) => sessions(system, 20, 10), { BCRYPT_COST: '10' }),
    on((system) => entries(system, 200, 4), { BCRYPT_COST: '4' }),
    on((system) => entries(system, 40, 10), { BCRYPT_COST: '10' }),
    on(echoWhileEntering, { BCRYPT_COST: '10' }),
  ),
  history: all(...[10, 1_000, 5_000].map((length) => on((system) => history(system, length)))),
  start: coldStart,
};

/** Only when named: they take minutes. */
export const LONG: Readonly<Record<string, Measure>> = {
  crowd: on((system) => idle(system, 10_000)),
  reconnect: on((system) => reconnect(system, 5_000)),
};

function on(measure: (system: System) => Promise<Figures>, env = {}): Measure {
  return async (start) => {
    const system = await start(env);
    try {
      return await measure(system);
    } finally {
      await system.stop();
    }
  };
}

/** One after the other: they would disturb one another. */
function all(...measures: readonly Measure[]): Measure {
  return async (start) => {
    const figures: Record<string, number> = {};
    // oxlint-disable-next-line no-await-in-loop -- as above
    for (const measure of measures) Object.assign(figures, await measure(start));
    return figures;
  };
}
