/** A node that finds its Redis in trouble when it starts: it waits, or says what to change. */
import { expect, it, onTestFinished } from 'vitest';
import { startRedis } from '../support/redis.ts';
import { startServer } from '../support/server-process.ts';
import { expectCreation } from '../support/store-trouble.ts';

/** Rejected at once, not only when waiting for Redis ends: that would be past the test's time. */
async function refusalOf(redisUrl: string): Promise<string> {
  const started = startServer({ REDIS_URL: redisUrl });
  return started.then(
    async (server) => {
      await server.kill();
      throw new Error('it started');
    },
    (error: unknown) => String(error),
  );
}

it('with a wrong password, or none: the start fails and names the setting', async () => {
  const redis = await startRedis(['--requirepass', 'right']);
  onTestFinished(() => redis.stop());
  const [wrong, none] = await Promise.all([
    refusalOf(redis.url.replace('redis://', 'redis://:wrong@')),
    refusalOf(redis.url),
  ]);
  expect(wrong).toContain('ended with 1:');
  expect(wrong).toContain('Redis refuses the user name or password in REDIS_URL.');
  expect(none).toContain('ended with 1:');
  expect(none).toContain('Redis wants a password, and there is none in REDIS_URL.');
  // Neither the password nor a stack trace is printed.
  for (const printed of [wrong, none]) expect(printed).not.toMatch(/:wrong@|\n +at /);
});

it('gone: the start waits, says so, and goes on when Redis appears', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  await redis.kill();
  const output: string[] = [];
  const starting = startServer({ REDIS_URL: redis.url }, output);
  await expect.poll(() => output, { timeout: 10_000 }).toContain('Waiting for Redis…');
  await redis.start();
  const server = await starting;
  onTestFinished(() => void server.kill());
  await expectCreation(server);
});
