import { expect, it, onTestFinished, vi } from 'vitest';
import { connectRedis, leave } from '../../server/store/redis-connection.ts';
import { createGate } from '../../server/store/redis-gate.ts';
import { readScripts } from '../../server/store/redis-scripts.ts';
import { startRedis } from '../support/redis.ts';

it('what is asked in one turn goes to Redis in one write, in order', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const client = connectRedis(redis.url);
  onTestFinished(() => leave(client));
  const gate = await new Promise<ReturnType<typeof createGate>>((resolve) => {
    const made = createGate(client, {
      scripts: readScripts('PUBLISH'),
      last: new Map(),
      onOpen: () => resolve(made),
      onTrouble: () => {},
      onClose: () => {},
    });
  });
  const { stream } = client;
  const [alone, together] = [vi.spyOn(stream, '_write'), vi.spyOn(stream, '_writev')];
  const answers = await Promise.all([
    gate.run((one) => one.rpush('list', 'one')),
    gate.run((one) => one.rpush('list', 'other')),
    gate.run((one) => one.lrange('list', 0, -1)),
  ]);
  expect(answers).toEqual([1, 2, ['one', 'other']]);
  expect(alone).not.toHaveBeenCalled();
  expect(together).toHaveBeenCalledOnce();
});
