import { expect, test } from 'vitest';
import {
  ATTEMPT_BUDGET,
  forgiveTry,
  noAttempts,
  peekTries,
  takeTry,
} from '../../server/store/budget.ts';
import { callerAt } from './fixture.ts';

const MINUTE_MS = 60_000;

test('by default an address has five tries, then one after 1, 5, 15, 15 … minutes', () => {
  const attempts = noAttempts();
  let now = 1_700_000_000_000;
  const take = () => takeTry(attempts, callerAt('here'), now, ATTEMPT_BUDGET);
  for (let i = 0; i < 4; i++) expect(take()).toMatchObject({ taken: true, retryInMs: 0 });
  for (const minutes of [1, 5, 15, 15]) {
    expect(take()).toMatchObject({ taken: true, triesLeft: 0, retryInMs: minutes * MINUTE_MS });
    now += minutes * MINUTE_MS - 1;
    expect(take()).toEqual({ taken: false, retryInMs: 1 });
    now += 1;
    expect(peekTries(attempts, callerAt('here'), now, ATTEMPT_BUDGET)).toEqual({
      triesLeft: 1,
      retryInMs: 0,
    });
  }
});

test('by default strangers have 200 tries an hour, and take none of those known before', () => {
  const attempts = noAttempts();
  const start = 1_700_000_000_000;
  const take = (address: string, now: number) =>
    takeTry(attempts, callerAt(address), now, ATTEMPT_BUDGET);
  expect(take('known', start)).toMatchObject({ taken: true });
  for (let i = 0; i < 199; i++) expect(take(`new ${i}`, start)).toMatchObject({ taken: true });
  expect(take('one more', start)).toEqual({ taken: false, retryInMs: 18_000 });
  expect(take('known', start)).toMatchObject({ taken: true });
  expect(take('one more', start + 18_000)).toMatchObject({ taken: true });
  expect(take('another', start + 18_000)).toMatchObject({ taken: false });
});

test('over a day no more than 24 times an hour’s tries, and one hour at once, are taken', () => {
  const attempts = noAttempts();
  let taken = 0;
  for (let now = 0; now < 24 * 60 * MINUTE_MS; now += 6_000) {
    if (takeTry(attempts, callerAt(`address ${now}`), now, ATTEMPT_BUDGET).taken) taken += 1;
  }
  expect(taken).toBeLessThanOrEqual(25 * ATTEMPT_BUDGET.newPerHour);
  expect(taken).toBeGreaterThan(24 * ATTEMPT_BUDGET.newPerHour);
});

test('over a day also of a thousand addresses that go on and on', () => {
  const attempts = noAttempts();
  let taken = 0;
  for (let now = 0; now < 24 * 60 * MINUTE_MS; now += 1_000) {
    const address = `one of many: ${now % 1_000_000}`;
    if (takeTry(attempts, callerAt(address), now, ATTEMPT_BUDGET).taken) taken += 1;
  }
  const { knownPerHour, knownAtOnce, newPerHour } = ATTEMPT_BUDGET;
  expect(taken).toBeLessThanOrEqual(24 * (knownPerHour + newPerHour) + knownAtOnce + newPerHour);
});

test('a forgiven try leaves the bucket and the count as they were', () => {
  const attempts = noAttempts();
  takeTry(attempts, callerAt('other'), 0, ATTEMPT_BUDGET);
  const before = structuredClone(attempts);
  takeTry(attempts, callerAt('here'), 0, ATTEMPT_BUDGET);
  forgiveTry(attempts, callerAt('here'), 0, ATTEMPT_BUDGET);
  expect(attempts).toEqual(before);
});
