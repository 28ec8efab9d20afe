import { describe, expect, it } from 'vitest';
import { createSessionApi } from '../../../web/core/session-api.ts';
import { createFakeClock } from './support/fake-world.ts';

type Reply = { status: number; body?: unknown };

function setUp(...replies: (Reply | 'no network' | 'silence')[]) {
  const clock = createFakeClock();
  const calls: { url: string; method: string; body: unknown }[] = [];
  const api = createSessionApi({
    base: 'https://host/chat',
    environment: {
      schedule: (run, ms) => clock.schedule(run, ms),
      fetch: async (url, { method, body }) => {
        calls.push({ url, method, body: body === undefined ? undefined : JSON.parse(body) });
        const reply = replies.shift() ?? 'silence';
        if (reply === 'no network') throw new TypeError('no network');
        if (reply === 'silence') return new Promise(() => {});
        const json = () =>
          reply.body === undefined
            ? Promise.reject(new SyntaxError('not JSON'))
            : Promise.resolve(reply.body);
        return { status: reply.status, json };
      },
    },
  });
  return { api, calls, clock };
}

const refused = (status: number, code: string, details = {}): Reply => ({
  status,
  body: { error: { code, message: code, ...details } },
});
const RETRY = { result: 'retry', code: null, retryInMs: null };

describe('[HT1] what counts as the end', () => {
  it.each([
    ['a proxy page', { status: 404 }],
    ['JSON of somebody else', { status: 404, body: { message: 'no such route' } }],
    ['an unknown code', refused(404, 'nothing_here')],
    ['a portal', { status: 200 }],
    ['a wrong shape', { status: 200, body: { slot: 'c' } }],
    ['no network', 'no network'],
  ] as const)('is not %s', async (_, reply) => {
    const { api } = setUp(reply);
    expect(await api.landing('S', 'P')).toEqual(RETRY);
  });

  it('is not silence of ten seconds', async () => {
    const { api, clock } = setUp('silence');
    const answer = api.landing('S', 'P');
    clock.advance(10_000);
    expect(await answer).toEqual(RETRY);
  });

  it('is our not_found and ended', async () => {
    const { api } = setUp(
      refused(404, 'not_found'),
      refused(410, 'ended', { reason: 'ended', by: 'b', box: 'X', idleMs: 5 }),
      refused(410, 'ended', { reason: 'silence', idleMs: 5 }),
    );
    const gone = { result: 'gone', by: null, box: null };
    expect(await api.landing('S', 'P')).toEqual({ ...gone, reason: 'unknown', idleMs: 0 });
    expect(await api.enter('S', 'P', 'C')).toEqual({
      ...{ result: 'gone', reason: 'ended', by: 'b', box: 'X', idleMs: 5 },
    });
    expect(await api.landing('S', 'P')).toEqual({ ...gone, reason: 'silence', idleMs: 5 });
  });
});

it('[HT1] takes an unknown route of an old server for the end of nothing', async () => {
  const unknown = refused(404, 'not_found');
  const { api } = setUp(unknown, unknown, unknown);
  const one = { proofHash: 'h', key: 'k', name: 'n' };
  expect(await api.create({ id: 'S', sealed: [one, one] })).toEqual(RETRY);
  expect(await api.leave('S')).toEqual(RETRY);
  expect(await api.end('S')).toEqual(RETRY);
});

it('[HT1] waits as long as it is told', async () => {
  const { api } = setUp(refused(429, 'rate_limited', { retryInMs: 700 }), refused(503, 'busy'));
  expect(await api.landing('S', 'P')).toEqual({
    ...{ result: 'retry', code: 'rate_limited', retryInMs: 700 },
  });
  expect(await api.enter('S', 'P', 'C')).toEqual({
    result: 'retry',
    code: 'busy',
    retryInMs: null,
  });
});

it('[HT2] creates', async () => {
  const participants = [
    { slot: 'b', code: 'BBBB-BBBB' },
    { slot: 'a', code: 'AAAA-AAAA' },
  ];
  const answer = { id: 'S', linkBase: 'https://host', expiresInMs: 9, participants };
  const { api, calls } = setUp({ status: 201, body: answer }, refused(409, 'id_taken'));
  const one = { proofHash: 'h', key: 'k', name: 'n' };
  const request = { id: 'S', sealed: [one, one] as [typeof one, typeof one], idle: '10m' };
  expect(await api.create(request)).toEqual({
    ...{ result: 'created', id: 'S', linkBase: 'https://host', lanBase: null, expiresInMs: 9 },
    codes: { a: 'AAAA-AAAA', b: 'BBBB-BBBB' },
  });
  expect(calls).toEqual([{ url: 'https://host/chat/api/sessions', method: 'POST', body: request }]);
  expect(await api.create(request)).toEqual({ result: 'id_taken' });
});

it('[HT3] lands', async () => {
  const body = {
    ...{ slot: 'a', key: 'K', names: ['A', 'B'], here: null, met: false },
    ...{ triesLeft: 5, retryInMs: 0, expiresInMs: 9 },
  };
  const { api } = setUp({ status: 200, body });
  expect(await api.landing('S', 'P')).toEqual({
    ...body,
    result: 'landing',
    names: { a: 'A', b: 'B' },
  });
});

it('[HT4] enters, or says why not', async () => {
  const { api } = setUp(
    { status: 200, body: { slot: 'b' } },
    refused(401, 'wrong_code', { triesLeft: 3 }),
    refused(429, 'too_many_tries', { retryInMs: 60_000 }),
    refused(409, 'other_participant'),
    refused(400, 'bad_request'),
  );
  const enter = () => api.enter('S', 'P', 'C');
  expect(await enter()).toEqual({ result: 'entered', slot: 'b' });
  expect(await enter()).toEqual({ result: 'wrong_code', triesLeft: 3, retryInMs: null });
  expect(await enter()).toEqual({ result: 'too_many_tries', retryInMs: 60_000 });
  expect(await enter()).toEqual({ result: 'other_participant' });
  expect(await enter()).toEqual({ result: 'refused', code: 'bad_request' });
});

it('[HT5] leaves and ends, and says where the pass is gone', async () => {
  const { api, calls } = setUp(
    { status: 204 },
    refused(401, 'pass_required'),
    { status: 204 },
    refused(401, 'pass_required'),
    'no network',
  );
  expect(await api.leave('S')).toEqual({ result: 'done' });
  expect(await api.leave('S')).toEqual({ result: 'done' });
  expect(await api.end('S', 'BOX')).toEqual({ result: 'done' });
  expect(await api.end('S')).toEqual({ result: 'pass_gone' });
  expect(await api.end('S')).toEqual(RETRY);
  expect(calls[2]).toEqual({
    ...{ url: 'https://host/chat/api/sessions/S', method: 'DELETE', body: { box: 'BOX' } },
  });
});
