/** Making a chat: what is said when the server refuses, and when it is asked again. */
import { describe, expect, it } from 'vitest';
import type { NewSession } from '../../../web/core/new-session.ts';
import type { Refused, Retry } from '../../../web/core/session-api.ts';
import { createCreateForm } from '../../../web/ui/create-form.ts';
import { createFakeClock, createFakeEnvironment } from '../core/support/fake-world.ts';

const NAMES: [string, string] = ['Ann', 'Bob'];
const CREATED = { result: 'created' } as NewSession; // as: it is only handed on

/** A form on a clock moved by hand, and a server that says what the test tells it to. */
function setup({ answers = [] as (Retry | Refused)[], offline = false } = {}) {
  const clock = createFakeClock();
  const asked: [string, string][] = [];
  const made: NewSession[] = [];
  const form = createCreateForm({
    environment: createFakeEnvironment({ clock }),
    isOffline: () => offline,
    async create(names) {
      asked.push(names);
      return answers.shift() ?? CREATED;
    },
    onCreated: (created) => made.push(created),
  });
  return { form, clock, asked, made };
}

const answered = () => new Promise((resolve) => setTimeout(resolve));
const retry = (code: Retry['code'], retryInMs: number | null = null): Retry => ({
  ...{ result: 'retry', code, retryInMs },
});

describe('making a chat', () => {
  it('asks once, however often it is pressed', async () => {
    const { form, asked, made } = setup();
    form.submit(NAMES, '');
    form.submit(NAMES, '');
    expect(form.busy.value).toBe(true);
    await answered();
    expect([asked.length, made]).toEqual([1, [CREATED]]);
  });

  it.each([
    ['rate_limited' as const, 42_000, 'tooMany', 42_000],
    ['rate_limited' as const, null, 'tooMany', 60_000],
    ['busy' as const, 3_000, 'busy', 3_000],
    ['busy' as const, null, 'busy', 5_000],
  ])('%s, %s: says until when, and then makes it', async (code, retryInMs, kind, waitMs) => {
    const { form, clock, asked, made } = setup({ answers: [retry(code, retryInMs)] });
    form.submit(NAMES, '');
    await answered();
    expect(form.problem.value).toEqual({ kind, until: clock.now() + waitMs });
    expect(form.busy.value).toBe(false);
    clock.advance(waitMs - 1);
    expect(asked).toHaveLength(1);
    clock.advance(1);
    await answered();
    expect(asked).toHaveLength(2);
    expect(made).toEqual([CREATED]);
  });

  it.each([
    [retry(null), false, 'notAnswering'],
    [retry(null), true, 'offline'],
    [retry('store_unavailable'), false, 'notAnswering'],
    [{ result: 'refused', code: 'bad_origin' } as const, false, 'refused'],
  ])('does not try again by itself what may have been done: %j', async (answer, offline, kind) => {
    const { form, clock, asked } = setup({ answers: [answer], offline });
    form.submit(NAMES, '');
    await answered();
    expect(form.problem.value).toEqual({ kind });
    clock.advance(600_000);
    expect(asked).toHaveLength(1);
  });

  it('does not make a chat for names that were changed meanwhile', async () => {
    const { form, clock, asked } = setup({ answers: [retry('busy'), retry('busy')] });
    form.submit(NAMES, '');
    await answered();
    form.edited();
    expect(form.problem.value).toBeNull();
    clock.advance(600_000);
    expect(asked).toHaveLength(1);

    form.submit(NAMES, '');
    form.edited();
    await answered();
    expect(form.problem.value).toBeNull();
    clock.advance(600_000);
    expect(asked).toHaveLength(2);
  });

  it('is pressed again without waiting, and tried by itself no more', async () => {
    const { form, clock, asked, made } = setup({ answers: [retry('rate_limited', 60_000)] });
    form.submit(NAMES, '');
    await answered();
    form.submit(['Ann', 'Eve'], '');
    expect(form.problem.value).toBeNull();
    await answered();
    clock.advance(60_000);
    await answered();
    expect([asked.length, made.length]).toEqual([2, 1]);
  });

  it('leaves it when the page is left', async () => {
    const { form, clock, asked } = setup({ answers: [retry('busy')] });
    form.submit(NAMES, '');
    await answered();
    form.stop();
    clock.advance(600_000);
    expect(asked).toHaveLength(1);
  });
});
