import { signal } from '@preact/signals-core';
import { describe, expect, it } from 'vitest';
import { sealKey, openKey } from '../../../server/protocol/envelope/session-boxes.ts';
import {
  deriveLinkKeys,
  hashProof,
  newSessionKey,
} from '../../../server/protocol/envelope/keys.ts';
import { newLinkSecret, newSid } from '../../../server/protocol/link.ts';
import { createRenewal } from '../../../web/core/renewing.ts';
import type { RenewRequest, SessionApi } from '../../../web/core/session-api.ts';

const RETRY = { result: 'retry', code: null, retryInMs: null } as const;
const AWAY = { ...RETRY, code: 'store_unavailable' } as const;
type Answer = Awaited<ReturnType<SessionApi['renew']>>;

/** Of b, in a chat whose server gives these answers. */
function setUp(answers: Answer[], isLive = true) {
  const sid = newSid();
  const key = newSessionKey();
  const link = { sid, secret: newLinkSecret(sid) };
  const { wrap } = deriveLinkKeys(link.secret, sid);
  const requests: RenewRequest[] = [];
  const rereads = signal(0);
  let sealed = 0;
  const attempt = createRenewal({
    api: {
      landing: async () => ({
        ...{ result: 'landing', slot: 'a', key: sealKey(wrap, sid, 'a', key), here: 'a' },
        ...{ names: { a: '', b: '' }, met: true, triesLeft: 5, retryInMs: 0, expiresInMs: 1 },
      }),
      renew: async (_sid, request) => {
        requests.push(request);
        return answers.shift() ?? RETRY;
      },
    },
    chat: {
      rereads,
      sealRenewal: () => (isLive ? { cid: `cid ${(sealed += 1)}`, box: 'box', after: null } : null),
    },
    link,
    slot: 'b',
  });
  return { attempt, requests, key, sid, rereads };
}

describe('[HT11] a new link', () => {
  it('opens the same key, and its proof is what the server is told', async () => {
    const { attempt, requests, key, sid } = setUp([{ result: 'renewed', code: '7K3M-Q9TX' }]);
    const renewed = await attempt();
    if (renewed.result !== 'renewed') throw new Error(renewed.result);
    expect(renewed).toMatchObject({ code: '7K3M-Q9TX', link: { sid } });
    const { proof, wrap } = deriveLinkKeys(renewed.link.secret, sid);
    const [request] = requests;
    expect(request).toMatchObject({ slot: 'b', proofHash: hashProof(proof), box: 'box' });
    expect(openKey(wrap, sid, 'b', request?.key ?? '')).toEqual(key);
  });

  it('is asked for again as it was while nobody knows whether it was done', async () => {
    const { attempt, requests } = setUp([RETRY, AWAY, { result: 'renewed', code: '7K3M-Q9TX' }]);
    expect(await attempt()).toEqual({ result: 'unclear' });
    expect(await attempt()).toEqual({ result: 'unclear' });
    expect(await attempt()).toMatchObject({ result: 'renewed' });
    expect(requests[1]).toEqual(requests[0]);
    expect(requests[2]).toEqual(requests[0]);
  });

  it('[RS5] is another one on a log that was lost', async () => {
    const { attempt, requests, rereads } = setUp([AWAY, { result: 'renewed', code: '7K3M-Q9TX' }]);
    await attempt();
    rereads.value += 1;
    expect(await attempt()).toMatchObject({ result: 'renewed' });
    expect(requests[1]?.cid).not.toBe(requests[0]?.cid);
  });

  it('is another one once it was refused', async () => {
    const { attempt, requests } = setUp([
      { result: 'refused', code: 'connected' },
      { result: 'retry', code: 'busy', retryInMs: null },
      { result: 'refused', code: 'session_full' },
      { result: 'refused', code: 'id_taken' },
    ]);
    const results = [await attempt(), await attempt(), await attempt(), await attempt()];
    expect(results.map(({ result }) => result)).toEqual([
      ...['connected', 'unclear', 'full', 'refused'],
    ]);
    expect(new Set(requests.map(({ proofHash }) => proofHash)).size).toBe(4);
    expect(new Set(requests.map(({ cid }) => cid)).size).toBe(4);
  });

  it('is not asked for without a log to seal it for', async () => {
    const { attempt, requests } = setUp([], false);
    expect(await attempt()).toEqual({ result: 'not_live' });
    expect(requests).toEqual([]);
  });
});
