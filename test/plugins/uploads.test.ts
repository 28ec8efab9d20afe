/** What uploads may cost a process: how much at once, and of that each address. */
import { describe, expect, it } from 'vitest';
import { createUploadRate } from '../../server/plugins/upload-rate.ts';
import { createUploads } from '../../server/plugins/uploads.ts';

const MIB = 1024 ** 2;

function setUp({ largest = 5 * MIB, rate = null as { count: number; perMs: number } | null } = {}) {
  const clock = { now: 0 };
  const uploadRate = createUploadRate({ rate, redis: undefined, now: () => clock.now });
  return { clock, uploads: createUploads(uploadRate, largest) };
}

const busy = expect.objectContaining({ code: 'busy' }) as unknown;
const limited = (retryInMs: number) =>
  expect.objectContaining({ code: 'rate_limited', details: { retryInMs } }) as unknown;

describe('what is received at once', () => {
  it('is bounded for the process, and room comes back', async () => {
    const { uploads } = setUp();
    const admissions = [];
    for (let i = 0; i < 12; i++) admissions.push(await uploads.admit(`address ${i}`, 5 * MIB));
    await expect(uploads.admit('another', 5 * MIB)).rejects.toEqual(busy);
    const last = await uploads.admit('another', 4 * MIB);
    await expect(uploads.admit('another', 1)).rejects.toEqual(busy);
    last.done(4 * MIB);
    admissions[0]?.done(0);
    await uploads.admit('another', 5 * MIB);
  });

  it('is a quarter of that for one address', async () => {
    const { uploads } = setUp();
    const admissions = [];
    for (let i = 0; i < 4; i++) admissions.push(await uploads.admit('here', 4 * MIB));
    await expect(uploads.admit('here', 1)).rejects.toEqual(busy);
    await uploads.admit('there', 5 * MIB);
    admissions[1]?.done(4 * MIB);
    await uploads.admit('here', 4 * MIB);
  });

  it('is one upload at least, however large that may be', async () => {
    const { uploads } = setUp({ largest: 100 * MIB });
    const one = await uploads.admit('here', 100 * MIB);
    await expect(uploads.admit('there', 1)).rejects.toEqual(busy);
    one.done(100 * MIB);
    await uploads.admit('there', 100 * MIB);
  });

  it('holds nothing for what the rate refuses', async () => {
    const { uploads, clock } = setUp({ rate: { count: 5 * MIB, perMs: 60_000 } });
    for (let i = 0; i < 20; i++) {
      const all = await uploads.admit(`address ${i}`, 5 * MIB);
      clock.now += 1_000;
      await expect(uploads.admit(`address ${i}`, 1)).rejects.toEqual(limited(59_000));
      all.done(5 * MIB);
    }
  });
});

describe('what one address may upload in a time', () => {
  it('is counted by what came', async () => {
    const { uploads } = setUp({ rate: { count: 1_000, perMs: 60_000 } });
    (await uploads.admit('here', 1_000)).done(10);
    (await uploads.admit('here', 990)).done(990);
    await expect(uploads.admit('here', 1)).rejects.toEqual(limited(60_000));
  });

  it('is forgotten of the oldest where there are too many addresses', async () => {
    const rate = createUploadRate({
      ...{ rate: { count: 10, perMs: 60_000 }, redis: undefined, now: () => 0 },
    });
    expect(await rate.take('first', 10)).toBe(0);
    expect(await rate.take('second', 10)).toBe(0);
    for (let i = 0; i < 19_998; i++) await rate.take(`address ${i}`, 1);
    expect(await rate.take('first', 1)).toBe(60_000);
    await rate.take('one more', 1);
    expect(await rate.take('first', 1)).toBe(0);
    expect(await rate.take('address 19997', 10)).toBe(60_000);
  });
});
