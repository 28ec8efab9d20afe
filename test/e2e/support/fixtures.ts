/** What the browser tests start from: servers, and two people each in a browser of their own. */
import { test as base, expect, type BrowserContextOptions } from '@playwright/test';
import { startRedis } from '../../support/redis.ts';
import { Person, type Cards } from './person.ts';
import { startServer, type Server } from '../../support/server-process.ts';
import { startForeignSite, type ForeignSite } from './foreign-site.ts';

export { expect, Person };

/** Where each of the two finds the product: the same process, or one each over one Redis. */
export interface Places {
  ann: Server;
  bob: Server;
}

interface Fixtures {
  /** A server of this test's own, with these settings. */
  serve: (env: Record<string, string>) => Promise<Server>;
  /** A browser of somebody's own; its pages may not have had a problem at the end of the test. */
  newPerson: (base: string, options?: BrowserContextOptions) => Promise<Person>;
  ann: Person;
  bob: Person;
  /** Ann has created the chat and both are in it. */
  met: Cards;
  /** In every test: no page of anybody has broken the policy, unless the test took note of it. */
  policyKept: void;
  /** Somebody else's website. */
  foreign: ForeignSite;
}

export interface WorkerFixtures {
  store: 'embedded' | 'redis';
  places: Places;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  store: ['embedded', { option: true, scope: 'worker' }],

  places: [
    async ({ store }, use) => {
      if (store === 'embedded') {
        const server = await startServer();
        await use({ ann: server, bob: server });
        await server.stop();
        return;
      }
      const redis = await startRedis();
      const env = { REDIS_URL: redis.url };
      const [ann, bob] = await Promise.all([startServer(env), startServer(env)]);
      await use({ ann, bob });
      await Promise.all([ann.stop(), bob.stop()]);
      await redis.stop();
    },
    { scope: 'worker' },
  ],

  // Playwright reads from the parameter what a fixture needs: nothing.
  // oxlint-disable-next-line no-empty-pattern
  serve: async ({}, use) => {
    const servers: Server[] = [];
    await use(async (env) => {
      const server = await startServer(env);
      servers.push(server);
      return server;
    });
    await Promise.all(servers.map((server) => server.stop()));
  },

  policyKept: [
    // oxlint-disable-next-line no-empty-pattern -- as above
    async ({}, use) => {
      await use();
      const people = Person.takeArrived();
      expect(people.flatMap(({ violations }) => violations)).toEqual([]);
    },
    { auto: true },
  ],

  // oxlint-disable-next-line no-empty-pattern -- as above
  foreign: async ({}, use) => {
    const site = await startForeignSite();
    await use(site);
    await site.stop();
  },

  newPerson: async ({ browser }, use) => {
    const people: Person[] = [];
    await use(async (place, options) => {
      const person = await Person.arrive(browser, place, options);
      people.push(person);
      return person;
    });
    await Promise.all(people.map(({ context }) => context.close()));
    expect(people.flatMap(({ problems }) => problems)).toEqual([]);
  },

  ann: async ({ newPerson, places }, use) => use(await newPerson(places.ann.base)),
  bob: async ({ newPerson, places }, use) => use(await newPerson(places.bob.base)),

  met: async ({ ann, bob }, use) => use(await meet(ann, bob)),
});

/** For tests that have something to prepare before the two are in the chat. */
export async function meet(ann: Person, bob: Person): Promise<Cards> {
  const cards = await ann.createChat();
  await bob.enter(cards.bob);
  await ann.enter(cards.ann);
  await expect(ann.page.getByText('Online')).toBeVisible();
  return cards;
}
