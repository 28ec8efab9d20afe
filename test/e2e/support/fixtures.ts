/** What the browser tests start from: servers, and two people each in a browser of their own. */
import { test as base, expect, type BrowserContextOptions } from '@playwright/test';
import { startRedis } from '../../support/redis.ts';
import { Person, type Cards } from './person.ts';
import { startServer, type Server } from './servers.ts';

export { expect, Person };

/** Where each of the two finds the product: the same process, or one each over one Redis. */
export interface Places {
  ann: Server;
  bob: Server;
}

interface Fixtures {
  /** A browser of somebody's own; its pages may not have had a problem at the end of the test. */
  newPerson: (base: string, options?: BrowserContextOptions) => Promise<Person>;
  ann: Person;
  bob: Person;
  /** Ann has created the chat and both are in it. */
  met: Cards;
}

interface WorkerFixtures {
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
        return server.stop();
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

  met: async ({ ann, bob }, use) => {
    const cards = await ann.createChat();
    await bob.enter(cards.bob);
    await ann.enter(cards.ann);
    await expect(ann.page.getByText('Online')).toBeVisible();
    await use(cards);
  },
});
