// A deploy while people talk: the servers behind one address are replaced, one after the other.
// Nobody loses a word, and most will not notice.
import { startRedis, type TestRedis } from '../support/redis.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import type { Server } from '../support/server-process.ts';
import { expect, meet, test as base, type Person } from './support/fixtures.ts';

/** The page says nothing of trouble under two seconds, and a client is back in one. */
const BRIEF_MS = 5_000;

declare global {
  interface Window {
    troubleMs: () => number;
  }
}

const test = base.extend<{ redis: TestRedis }>({
  // Playwright reads from the parameter what a fixture needs: nothing.
  // oxlint-disable-next-line no-empty-pattern
  redis: async ({}, use) => {
    const redis = await startRedis();
    await use(redis);
    await redis.stop();
  },
});

/** Counts how long the page says that it is not connected. */
function watchBanner({ page }: Person): Promise<void> {
  return page.evaluate(() => {
    const banners = document.querySelector('.banners');
    let total = 0;
    let since: number | null = null;
    const look = () => {
      const isTroubled = /Reconnecting|no connection|offline/.test(banners?.textContent ?? '');
      if (isTroubled) since ??= performance.now();
      else if (since !== null) {
        total += performance.now() - since;
        since = null;
      }
    };
    const options = { subtree: true, childList: true, characterData: true };
    if (banners !== null) new MutationObserver(look).observe(banners, options);
    window.troubleMs = () => {
      look();
      return Math.round(total + (since === null ? 0 : performance.now() - since));
    };
  });
}

/** Says one thing after the other, each once the server has the one before. */
function createTalk(name: string, person: Person) {
  const said: string[] = [];
  const stopping = new AbortController();
  const talking = (async () => {
    while (!stopping.signal.aborted) {
      const text = `${name} ${said.length + 1}`;
      await person.say(text);
      said.push(text);
      const tick = person.message(text).getByText(/Sent|Delivered|Read/);
      await expect(tick).toBeAttached();
    }
  })();
  return {
    said,
    async stop() {
      stopping.abort();
      await talking;
    },
  };
}

type Talk = ReturnType<typeof createTalk>;

/** Both go on talking, and hear each other. */
async function expectBothHeard(talks: readonly [Talk, Talk], people: readonly [Person, Person]) {
  for (const [index, { said }] of talks.entries()) {
    const before = said.length;
    await expect.poll(() => said.length).toBeGreaterThan(before + 1);
    const other = people[1 - index] ?? people[0];
    await expect(other.message(said.at(-1) ?? '')).toBeVisible();
  }
}

test('servers are replaced while two talk: nothing is lost, and hardly a word said of it', async ({
  newPerson,
  serve,
  redis,
}) => {
  const start = () => serve({ REDIS_URL: redis.url });
  const servers: Server[] = [await start(), await start()];
  let next = 0;
  // Shares new connections out among those that are there.
  const front = await startTcpProxy(() => servers[next++ % servers.length]?.port ?? null);
  const place = `http://localhost:${front.port}`;
  const people = [await newPerson(place), await newPerson(place)] as const;
  const [ann, bob] = people;
  await meet(ann, bob);
  for (const person of people) await watchBanner(person);

  const talks = [createTalk('ann', ann), createTalk('bob', bob)] as const;
  for (const old of [...servers]) {
    servers.push(await start());
    servers.splice(servers.indexOf(old), 1);
    expect(await old.stop()).toBe(0);
    await expectBothHeard(talks, people);
  }
  for (const talk of talks) await talk.stop();

  const said = talks.flatMap((talk) => talk.said);
  for (const { page } of people) {
    await expect(page.locator('.bubble-text')).toHaveCount(said.length);
  }
  const texts = await ann.texts();
  expect(await bob.texts()).toEqual(texts);
  expect(texts.filter((text) => text.startsWith('ann'))).toEqual(talks[0].said);
  expect(texts.filter((text) => text.startsWith('bob'))).toEqual(talks[1].said);
  const troubles = await Promise.all(
    people.map(({ page }) => page.evaluate(() => window.troubleMs())),
  );
  process.stdout.write(
    `${said.length} messages; trouble was shown for ${troubles.join(' and ')} ms\n`,
  );
  expect(Math.max(...troubles)).toBeLessThan(BRIEF_MS);
  await Promise.all(people.map(({ context }) => context.close()));
  await front.close();
  // Before Redis, without which they would wait for it.
  await Promise.all(servers.map((server) => server.stop()));
});
