import { expect, it } from 'vitest';
import { parseLinkFragment } from '../../../server/protocol/link.ts';
import { openLanding, proofOf } from '../../../web/core/entering.ts';
import { createNewSession } from '../../../web/core/new-session.ts';
import type { CreateRequest, Landing } from '../../../web/core/session-api.ts';

async function create() {
  const requests: CreateRequest[] = [];
  const created = await createNewSession(
    {
      create: (request) => {
        requests.push(request);
        if (requests.length === 1) return Promise.resolve({ result: 'id_taken' });
        return Promise.resolve({
          ...{ result: 'created', id: request.id, linkBase: 'https://host', lanBase: 'http://lan' },
          ...{ expiresInMs: 9, codes: { a: 'AAAA-AAAA', b: 'BBBB-BBBB' } },
        });
      },
    },
    ['Ann', 'Bob'],
    { idle: '10m' },
  );
  if (created.result !== 'created') throw new Error(created.result);
  return { created, requests, sealed: requests[1]!.sealed };
}

function landingFor(
  sealed: CreateRequest['sealed'],
  slot: 'a' | 'b',
  here: 'a' | 'b' | null,
): Landing {
  return {
    ...{ result: 'landing', slot, here, met: false, triesLeft: 5, retryInMs: 0, expiresInMs: 9 },
    key: sealed[slot === 'a' ? 0 : 1].key,
    names: { a: sealed[0].name, b: sealed[1].name },
  };
}

it('[EV6] both links open the same session', async () => {
  const { created, sealed } = await create();
  const keys = created.participants.map(({ link, slot }) => {
    const parts = parseLinkFragment(new URL(link).hash)!;
    const entrance = openLanding(parts, landingFor(sealed, slot, null));
    if (entrance.state !== 'code_needed') throw new Error(entrance.state);
    expect(entrance.session).toMatchObject({ slot, names: { a: 'Ann', b: 'Bob' } });
    expect(entrance.session.proof).toBe(proofOf(parts));
    return entrance.session.keys;
  });
  expect(keys[0]).toEqual(keys[1]);
});

it('[HT2] draws everything anew when an id is taken', async () => {
  const { requests, created } = await create();
  expect(requests).toHaveLength(2);
  expect(requests[0]!.id).not.toBe(requests[1]!.id);
  expect(created.sid).toBe(requests[1]!.id);
  expect(requests[1]!.idle).toBe('10m');
  expect(JSON.stringify(requests)).not.toMatch(/Ann|Bob/);
  expect(created.lanLinks?.[0]).toMatch(/^http:\/\/lan\/c#/);
});

it('[HT3] leads straight in with a pass, as whoever it belongs to', async () => {
  const { created, sealed } = await create();
  const link = parseLinkFragment(new URL(created.participants[1].link).hash)!;
  expect(openLanding(link, landingFor(sealed, 'b', 'b')).state).toBe('inside');
  expect(openLanding(link, landingFor(sealed, 'b', 'a'))).toMatchObject({
    state: 'inside_as_other',
    session: { slot: 'a' },
  });
});

it('does not open what is not for this link', async () => {
  const { created, sealed } = await create();
  const link = parseLinkFragment(new URL(created.participants[0].link).hash)!;
  expect(openLanding(link, landingFor(sealed, 'b', null))).toEqual({ state: 'broken' });
});

it('shows Guest for a name that does not open', async () => {
  const { created, sealed } = await create();
  const link = parseLinkFragment(new URL(created.participants[0].link).hash)!;
  const landing = landingFor(sealed, 'a', null);
  const entrance = openLanding(link, {
    ...landing,
    names: { a: sealed[0].name, b: sealed[0].name },
  });
  expect(entrance).toMatchObject({ session: { names: { a: 'Ann', b: 'Guest' } } });
});
