// The whole against a small model: three browsers, two nodes over Redis, or one over the embedded
// store; what people and networks do is drawn by fast-check. RUNS=n plays more. A run that
// fails is shrunk and printed with its seed, path and replayPath; REPLAY="seed path replayPath"
// plays it again, and no other.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { comeToRest } from './model/rest.ts';
import { commandsFor, openPage, type Command } from './model/commands.ts';
import { createModel, entered, SLOTS, type Model, type Plan } from './model/model.ts';
import { createSystem, openStage, type Stage, type System } from './model/system.ts';
import type { WorldOptions } from './world/world.ts';

const RUNS = Number(process.env['RUNS'] ?? 25);
/** No run is begun after this, unless their number is given: a slow machine plays fewer. */
const BEGIN_WITHIN_MS = process.env['RUNS'] === undefined ? 25_000 : Infinity;
const [seed, path, replayPath] = process.env['REPLAY']?.split(' ') ?? [];
const REPLAYED = seed && path ? { seed: Number(seed), path, numRuns: 1 } : {};
const PATIENCE_MS = 30_000;
/** While a failure is made smaller, what fails by waiting is not waited for so long. */
const IMPATIENCE_MS = 4_000;
const SHRINK_FOR_MS = 60_000;
const TIME_LIMIT_MS = 24 * 60 * 60 * 1_000;

const STORES: { store: string; options: WorldOptions & { nodes: number } }[] = [
  { store: 'two nodes over Redis', options: { nodes: 2 } },
  { store: 'one node over the embedded store', options: { nodes: 1, storeEnv: {} } },
];

const oneIn = (n: number) => fc.nat({ max: n - 1 }).map((drawn) => drawn === n - 1);

const planFor = ({ nodes }: { nodes: number }): fc.Arbitrary<Plan> =>
  fc.record({
    isMet: oneIn(4).map((isAlone) => !isAlone),
    isShort: oneIn(8),
    mayEnd: oneIn(4),
    mayKill: nodes > 1 ? oneIn(4) : fc.constant(false),
  });

interface Run {
  model: Model;
  real: System;
}

/** Pages of one browser hold the same outbox when one of them has slept. */
const SECOND_PAGES = [0, 2];

async function begin(stage: Stage, plan: Plan): Promise<Run> {
  const model = createModel(plan);
  const real = await createSystem(stage, plan.isShort);
  for (const browser of plan.isMet ? SLOTS.keys() : []) {
    expect(await real.enter(browser, true)).toEqual({ result: 'entered' });
    entered(model, browser);
    await openPage(model, real, browser);
    if (SECOND_PAGES.includes(browser)) await openPage(model, real, browser);
  }
  return { model, real };
}

async function play(
  stage: Stage,
  plan: Plan,
  commands: Iterable<Command>,
  patienceMs: number,
): Promise<void> {
  const faultsBefore = stage.world.faults().length;
  stage.neighbours.devices[0]?.say('is anybody there?');
  const run = await begin(stage, plan);
  try {
    await fc.asyncModelRun(() => run, commands);
    await comeToRest(run.model, run.real, patienceMs);
    expect(stage.world.faults().slice(faultsBefore)).toEqual([]);
  } finally {
    run.real.close();
    await run.real.startNodes();
  }
}

describe.concurrent.each(STORES)('$store', ({ options }) => {
  test('is as the model, whatever happens', { timeout: TIME_LIMIT_MS }, async () => {
    const stage = await openStage(options);
    const { nodes } = options;
    const commands = fc.commands(commandsFor(nodes), {
      ...{ maxCommands: 60, size: 'max' },
      ...(replayPath && { replayPath }),
    });
    let endAt = performance.now() + BEGIN_WITHIN_MS;
    let patienceMs = PATIENCE_MS;
    const property = fc.asyncProperty(planFor(options), commands, async (plan, played) => {
      if (performance.now() > endAt) return;
      try {
        await play(stage, plan, played, patienceMs);
      } catch (error) {
        if (patienceMs === PATIENCE_MS) endAt = performance.now() + SHRINK_FOR_MS;
        patienceMs = IMPATIENCE_MS;
        throw error;
      }
    });
    try {
      await fc.assert(property, { numRuns: RUNS, ...REPLAYED });
    } finally {
      await stage.close();
    }
  });
});
