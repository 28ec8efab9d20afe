/**
 * The judge against histories at random: silent where all was honest, loud at any single fault.
 * RUNS=n plays more; a failure prints its seed.
 */
import fc from 'fast-check';
import { describe as group, expect, it, vi } from 'vitest';
import { check, checkAll, describe } from './check.ts';
import { MUTATIONS } from './mutations.ts';
import { simulate } from './simulated-history.ts';
import { createRandom } from './world/random.ts';

const numRuns = Number(process.env['RUNS'] ?? 60);
vi.setConfig({ testTimeout: 15_000 + numRuns * 100 });
const course = fc.record({
  seed: fc.integer(),
  steps: fc.integer({ min: 20, max: 700 }),
  ends: fc.boolean(),
  mayLose: fc.boolean(),
});

it('honest histories give no violation', () => {
  fc.assert(
    fc.property(course, (chosen) => {
      expect(describe(check(simulate(chosen)))).toBe('no violation');
    }),
    { numRuns: numRuns * 5 },
  );
});

it('honest sessions give none between them', () => {
  const histories = [1, 2, 3].map((seed) => simulate({ seed, steps: 300 }));
  expect(describe(checkAll(histories))).toBe('no violation');
});

group('a single fault is found:', () => {
  it.each(MUTATIONS)('$name', ({ rules, apply, mayLose = false }) => {
    let applied = 0;
    fc.assert(
      fc.property(course, (chosen) => {
        const faulty = apply(simulate({ ...chosen, mayLose }), createRandom(chosen.seed));
        if (!faulty) return;
        applied += 1;
        const found = check(faulty);
        const isFound = found.some(({ rule }) => rules.includes(rule));
        expect(isFound, `${rules.join(' or ')} in: ${describe(found)}`).toBe(true);
      }),
      { numRuns },
    );
    expect(applied).toBeGreaterThan(0);
  });
});
