import { describe, expect, it } from 'vitest';
import { startTransfer, type OctetsRequest } from '../../../web/core/file-transfer.ts';
import { createFakeClock, type FakeClock } from './support/fake-world.ts';

type Reply = { status: number; body?: object } | 'no network' | 'silence';

const refused = (status: number, code: string, details = {}): Reply => ({
  status,
  body: { error: { code, message: code, ...details } },
});

function setUp(...replies: Reply[]) {
  const clock = createFakeClock();
  const asked: OctetsRequest[] = [];
  const aborted: number[] = [];
  const bytes = new Uint8Array([1, 2, 3]);
  const transfer = startTransfer(
    {
      environment: { schedule: (run, ms) => clock.schedule(run, ms), random: () => 0.5 },
      exchange(request) {
        const turn = asked.push(request);
        const reply = replies.shift() ?? 'silence';
        let abort = () => {};
        const answer =
          reply === 'silence'
            ? new Promise<null>((resolve) => {
                abort = () => {
                  aborted.push(turn);
                  resolve(null);
                };
              })
            : Promise.resolve(
                reply === 'no network'
                  ? null
                  : {
                      status: reply.status,
                      body: new TextEncoder().encode(JSON.stringify(reply.body ?? {})),
                    },
              );
        return { answer, abort: () => abort() };
      },
    },
    { method: 'PUT', url: '/f', body: bytes, onProgress: () => {} },
  );
  return { clock, asked, aborted, transfer, bytes };
}

/** What is waited for, as long as it is asked for again. */
async function settle(clock: FakeClock, ms: number): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  clock.advance(ms);
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

describe('[HT8] a transfer', () => {
  it('sends the same bytes again after no network and after a busy server', async () => {
    const { clock, asked, transfer, bytes } = setUp('no network', refused(503, 'busy'), {
      status: 204,
    });
    await settle(clock, 15_000);
    await settle(clock, 15_000);
    expect(await transfer.end).toMatchObject({ result: 'done' });
    expect(asked.map(({ body }) => body)).toEqual([bytes, bytes, bytes]);
  });

  it('waits as long as it is told', async () => {
    const { clock, asked } = setUp(refused(429, 'rate_limited', { retryInMs: 40_000 }));
    await settle(clock, 39_999);
    expect(asked).toHaveLength(1);
    await settle(clock, 1);
    expect(asked).toHaveLength(2);
  });

  it.each([
    [413, 'too_large'],
    [413, 'files_full'],
    [409, 'id_taken'],
    [401, 'pass_required'],
  ])('gives up where the answer would not change: %i %s', async (status, code) => {
    const { transfer } = setUp(refused(status, code));
    expect(await transfer.end).toEqual({ result: 'refused', code });
  });

  it('takes a portal or a proxy for nobody, but not for ever', async () => {
    const strange: Reply = { status: 200 };
    const { clock, asked, transfer } = setUp(strange, strange, strange, { status: 413 });
    for (let turn = 0; turn < 4; turn += 1) await settle(clock, 15_000);
    expect(await transfer.end).toEqual({ result: 'refused', code: null });
    expect(asked).toHaveLength(4);
  });

  it('asks anew after thirty seconds without progress', async () => {
    const { clock, asked, aborted } = setUp('silence');
    await settle(clock, 29_000);
    asked[0]?.onProgress(0.5);
    await settle(clock, 29_000);
    expect(aborted).toEqual([]);
    await settle(clock, 1_000);
    expect(aborted).toEqual([1]);
    await settle(clock, 15_000);
    expect(asked).toHaveLength(2);
  });

  it('is cut off by a cancel, and has left nothing', async () => {
    const { clock, asked, aborted, transfer } = setUp('silence');
    asked[0]?.onProgress(0.9);
    transfer.cancel();
    await settle(clock, 60_000);
    expect(await transfer.end).toEqual({ result: 'cancelled' });
    expect([asked.length, aborted, transfer.mayBeThere]).toEqual([1, [1], false]);
  });

  it('waits for the answer of a cancel that comes too late', async () => {
    const { clock, asked, aborted, transfer } = setUp('silence');
    asked[0]?.onProgress(1);
    transfer.cancel();
    expect(aborted).toEqual([]);
    await settle(clock, 30_000);
    expect(await transfer.end).toEqual({ result: 'cancelled' });
    expect(transfer.mayBeThere).toBe(true);
  });

  it('goes on at once when the network is back', async () => {
    const { clock, asked, transfer } = setUp('no network');
    await settle(clock, 0);
    transfer.hurry();
    await settle(clock, 0);
    expect(asked).toHaveLength(2);
  });
});
