import { describe, expect, it } from 'vitest';
import type { EnterResult, Gone, Refused, Retry } from '../../../web/core/session-api.ts';
import { createCodeForm } from '../../../web/ui/code-form.ts';

type Answer = EnterResult | Retry | Gone | Refused;

/** A form on a clock moved by hand, and a server that says what the test tells it to. */
function setup({ answers = [] as Answer[], offline = false, retryInMs = 0 } = {}) {
  const asked: string[] = [];
  const settled: Answer[] = [];
  let now = 1000;
  let timers: { at: number; run: () => void }[] = [];
  const form = createCodeForm({
    environment: {
      now: () => now,
      random: () => 0.5,
      schedule(run, delayMs) {
        const timer = { at: now + delayMs, run };
        timers.push(timer);
        return () => (timers = timers.filter((other) => other !== timer));
      },
    },
    isOffline: () => offline,
    retryInMs,
    async enter(code) {
      asked.push(code);
      return answers.shift() ?? { result: 'entered', slot: 'b' };
    },
    settled: (answer) => settled.push(answer),
  });
  async function pass(ms: number): Promise<void> {
    now += ms;
    const due = timers.filter(({ at }) => at <= now);
    timers = timers.filter(({ at }) => at > now);
    due.forEach(({ run }) => run());
    await answered();
  }
  return { form, asked, settled, pass, now: () => now };
}

const answered = () => new Promise((resolve) => setTimeout(resolve));

describe('trying a code', () => {
  it('forgives case, spaces and dashes', async () => {
    const { form, asked, settled } = setup();
    form.submit(' 7k3m – q9tx ');
    expect(form.busy.value).toBe(true);
    await answered();
    expect(asked).toEqual(['7K3MQ9TX']);
    expect(settled).toEqual([{ result: 'entered', slot: 'b' }]);
  });

  it.each([
    ['', 'empty'],
    [' - ', 'empty'],
    ['7K3M', 'length'],
    ['7K3MQ9TXX', 'length'],
    ['7K3MQ9U!', 'characters'],
  ])('%j costs no try: %s', (typed, kind) => {
    const { form, asked } = setup();
    form.submit(typed);
    expect(form.problem.value).toEqual({ kind });
    expect(form.turn.value).toBe(1);
    expect(asked).toEqual([]);
  });

  it('[23] ignores a second press while the first is asked', async () => {
    const { form, asked } = setup();
    form.submit('7K3MQ9TX');
    form.submit('7K3MQ9TX');
    await answered();
    expect(asked).toHaveLength(1);
  });

  it('[5] says how many tries are left, and gives the field back', async () => {
    const { form } = setup({ answers: [{ result: 'wrong_code', triesLeft: 3, retryInMs: null }] });
    form.submit('7K3MQ9TX');
    await answered();
    expect(form.problem.value).toEqual({ kind: 'wrong', triesLeft: 3 });
    expect(form.turn.value).toBe(1);
    expect(form.busy.value).toBe(false);
  });

  it('[6] waits out too many tries and unlocks itself', async () => {
    const { form, asked, pass, now } = setup({
      answers: [{ result: 'too_many_tries', retryInMs: 60_000 }],
    });
    form.submit('7K3MQ9TX');
    await answered();
    expect(form.problem.value).toEqual({ kind: 'locked', until: now() + 60_000 });
    form.submit('7K3MQ9TX');
    await answered();
    expect(asked).toHaveLength(1);
    await pass(60_000);
    expect(form.problem.value).toBe(null);
    form.submit('7K3MQ9TX');
    await answered();
    expect(asked).toHaveLength(2);
  });

  it('[6] the last wrong code locks as well; a landing that says so too', async () => {
    const last = setup({ answers: [{ result: 'wrong_code', triesLeft: 0, retryInMs: 60_000 }] });
    last.form.submit('7K3MQ9TX');
    await answered();
    expect(last.form.problem.value?.kind).toBe('locked');
    expect(setup({ retryInMs: 5000 }).form.problem.value?.kind).toBe('locked');
  });

  it('asks nothing while offline', () => {
    const { form, asked } = setup({ offline: true });
    form.submit('7K3MQ9TX');
    expect(form.problem.value).toEqual({ kind: 'offline' });
    expect(asked).toEqual([]);
  });

  it.each([
    ['busy' as const, 'busy'],
    ['store_unavailable' as const, 'notAnswering'],
    [null, 'notAnswering'],
  ])('tries again by itself after %s', async (code, kind) => {
    const { form, asked, settled, pass } = setup({
      answers: [{ result: 'retry', code, retryInMs: 3000 }],
    });
    form.submit('7K3MQ9TX');
    await answered();
    expect(form.problem.value?.kind).toBe(kind);
    await pass(3000);
    expect(asked).toHaveLength(1);
    await pass(250);
    expect(asked).toHaveLength(2);
    expect(settled).toHaveLength(1);
  });

  it('waits longer each time it tries again, and takes the focus only once', async () => {
    const retry: Answer = { result: 'retry', code: 'busy', retryInMs: null };
    const { form, asked, pass, now } = setup({ answers: Array.from({ length: 20 }, () => retry) });
    form.submit('7K3MQ9TX');
    await answered();
    for (const waitMs of [250, 500, 1000, 2000, 4000, 7500, 7500]) {
      expect(form.problem.value).toEqual({ kind: 'busy', until: now() + waitMs });
      await pass(waitMs);
    }
    expect(asked).toHaveLength(8);
    expect(form.turn.value).toBe(1);
    form.submit('7K3MQ9TX');
    await answered();
    expect(form.problem.value).toEqual({ kind: 'busy', until: now() + 250 });
    expect(form.turn.value).toBe(2);
  });

  it('what is found by trying again by itself does not take the focus', async () => {
    const { form, pass } = setup({
      answers: [
        { result: 'retry', code: 'busy', retryInMs: null },
        { result: 'wrong_code', triesLeft: 3, retryInMs: null },
      ],
    });
    form.submit('7K3MQ9TX');
    await answered();
    await pass(250);
    expect(form.problem.value).toEqual({ kind: 'wrong', triesLeft: 3 });
    expect(form.turn.value).toBe(1);
  });

  it('does not try again what is no longer in the field', async () => {
    const retry: Answer = { result: 'retry', code: null, retryInMs: null };
    const { form, asked, pass } = setup({ answers: [retry, retry] });
    form.submit('7K3MQ9TX');
    await answered();
    form.edited();
    expect(form.problem.value).toBe(null);
    await pass(60_000);
    expect(asked).toEqual(['7K3MQ9TX']);

    form.submit('7K3MQ9TY');
    form.edited();
    await answered();
    await pass(60_000);
    expect(form.problem.value).toBe(null);
    expect(asked).toEqual(['7K3MQ9TX', '7K3MQ9TY']);
    form.submit('7K3MQ9TZ');
    await answered();
    expect(asked.at(-1)).toBe('7K3MQ9TZ');
  });

  it('says nothing any more once stopped', async () => {
    const { form, settled } = setup();
    form.submit('7K3MQ9TX');
    form.stop();
    await answered();
    expect(settled).toEqual([]);
  });
});
