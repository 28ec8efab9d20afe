// What passes and what does not: limits without figures, and what crossed between chats.
import { expect, test } from 'vitest';
import { exceeded, runFault, type Course, type Fault } from './fault.ts';
import { at, entry, history, said, SID } from './told-history.ts';

const faultThat = (run: (course: Course) => void): Fault => ({
  ...{ id: 'F0', title: 'none', short: 1, long: 2, limits: { 'delay ms': 10 } },
  run: async (course) => run(course),
});

async function problemsOf(values: readonly number[], iterations = 2): Promise<string[]> {
  const fault = faultThat((course) => values.forEach((one) => course.measure('delay ms', one)));
  return exceeded(await runFault(fault, { iterations, seed: 1 }));
}

test('a limit is held only by figures', async () => {
  expect(await problemsOf([9, 10])).toEqual([]);
  expect(await problemsOf([9, 11])).toEqual(['delay ms: p99 11 is over 10']);
  expect(await problemsOf([])).toEqual(['delay ms: was never measured']);
  expect(await problemsOf([Math.max()])).toHaveLength(1);
  expect(await problemsOf([NaN, 1])).toHaveLength(1);
});

test('a replay of one iteration may lack a figure, but has no wrong one', async () => {
  expect(await problemsOf([], 1)).toEqual([]);
  expect(await problemsOf([Math.max()], 1)).toHaveLength(1);
});

test('recordings are judged by themselves and against each other', async () => {
  const a = at('a', 1);
  const one = history([a.asked(0), said('a', 'm1'), a.wrote('m1')], []);
  const b = at('b', 1);
  const other = history([b.asked(0), b.got(entry(1, 'm1'))], [entry(1, 'm1')], { sid: 'other' });
  const { error } = await runFault(
    faultThat((course) => course.judge(one, other)),
    { iterations: 1, seed: 1 },
  );
  expect(String(error)).toContain('I8 in session other');
  expect(String(error)).toContain(`is of session ${SID}`);
});
