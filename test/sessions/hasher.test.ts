/** Codes, and the one thread that checks them. */
import { readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normaliseCode } from '../../server/protocol/code.ts';
import { drawCode } from '../../server/sessions/codes.ts';
import { createHasher, type Hasher } from '../../server/sessions/hasher.ts';

/** Of this process; where that is not to be seen, its own. */
function prioritiesOfThreads(): number[] {
  if (process.platform !== 'linux') return [os.getPriority()];
  return readdirSync('/proc/self/task').map((thread) => {
    const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8');
    // proc(5): the 19th field, counted from behind the name, which may hold blanks.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
  });
}

describe('drawing', () => {
  it('gives codes that stand for themselves, using all 32 letters', () => {
    const codes = Array.from({ length: 1000 }, () => drawCode());
    for (const code of codes) expect(normaliseCode(code)).toBe(code);
    expect(new Set(codes).size).toBe(1000);
    expect(new Set(codes.join('')).size).toBe(32);
  });

  it('uses every byte', () => {
    expect(drawCode(() => Uint8Array.of(0, 1, 9, 10, 31, 32, 63, 255))).toBe('019AZ0ZZ');
  });
});

describe('the hasher', () => {
  let hasher: Hasher;
  beforeAll(() => {
    hasher = createHasher(4);
  });
  afterAll(() => hasher.close());

  it('hashes with the cost it was given, and compares', async () => {
    const hash = await hasher.hash('7K3MQ9TX');
    expect(hash).toMatch(/^\$2b\$04\$/);
    expect(await hasher.withPlace((compare) => compare('7K3MQ9TX', hash))).toBe(true);
    expect(await hasher.withPlace((compare) => compare('7K3MQ9TY', hash))).toBe(false);
  });

  it('lets the event loop run meanwhile', async () => {
    const slow = createHasher(10);
    await slow.hash('warm up');
    let turns = 0;
    const hashed = slow.hash('7K3MQ9TX').then(() => 'hashed');
    const turn = () => new Promise<string>((resolve) => setImmediate(resolve, 'turn'));
    while ((await Promise.race([hashed, turn()])) === 'turn') turns += 1;
    expect(turns).toBeGreaterThan(10);
    await slow.close();
  });

  it('is less urgent than what people write, where the system can tell threads apart', async () => {
    const own = os.getPriority();
    const less = process.platform === 'linux' ? Math.min(19, own + 10) : own;
    await hasher.hash('7K3MQ9TX');
    expect(prioritiesOfThreads()).toContain(less);
    expect(os.getPriority()).toBe(own);
  });

  it('checks those who enter before those who create', async () => {
    const order: string[] = [];
    const hash = await hasher.hash('7K3MQ9TX');
    const creating = Array.from({ length: 8 }, async () => {
      await hasher.hash('7K3MQ9TX');
      order.push('create');
    });
    const entering = Array.from({ length: 3 }, async () => {
      await hasher.withPlace((compare) => compare('7K3MQ9TX', hash));
      order.push('enter');
    });
    await Promise.all([...creating, ...entering]);
    // What was under way when they came is finished.
    expect(order.lastIndexOf('enter')).toBeLessThan(6);
  });

  it('checks in the order in which they came, while more come all the time', async () => {
    const hash = await hasher.hash('7K3MQ9TX');
    const done: number[] = [];
    const enter = async (index: number) => {
      await hasher.withPlace((compare) => compare('7K3MQ9TX', hash));
      done.push(index);
      const next = index + 20;
      if (next < 200) await enter(next);
    };
    await Promise.all(Array.from({ length: 20 }, (_, index) => enter(index)));
    expect(done).toEqual(Array.from({ length: 200 }, (_, index) => index));
  });

  it('has 64 places, half of them for creating, and frees them', async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    const hold = () => hasher.withPlace(() => released);
    const held = Array.from({ length: 32 }, hold);
    await expect(hasher.hash('7K3MQ9TX')).rejects.toMatchObject({ code: 'busy' });
    held.push(...Array.from({ length: 32 }, hold));
    await expect(hold()).rejects.toMatchObject({ code: 'busy' });
    release();
    await Promise.all(held);
    expect(await hasher.hash('7K3MQ9TX')).toMatch(/^\$2b/);
  });

  it('frees a place when what was done in it fails', async () => {
    for (let i = 0; i < 70; i += 1) {
      await expect(
        hasher.withPlace(async () => {
          throw new Error('no');
        }),
      ).rejects.toThrow('no');
    }
    expect(await hasher.hash('7K3MQ9TX')).toMatch(/^\$2b/);
  });
});
