// What the page says while someone is on the way in and something is missing: a code, the
// network, the service, the chat itself, https. Nothing of it may cost a try.
import { startRedis } from '../support/redis.ts';
import { expect, meet, test, type Person } from './support/fixtures.ts';
import { wrongCode, type Card } from './support/person.ts';

const NOT_ANSWERING = 'The service is not answering. Your code was not checked. Trying again.';

const codeField = ({ page }: Person) => page.getByLabel('Secret code');

/** That no try was used up: the first wrong code leaves all but one. */
async function expectAllTries(person: Person, { code }: Card): Promise<void> {
  await person.typeCode(wrongCode(code));
  await expect(codeField(person)).toHaveAccessibleDescription(/not right\. 4 tries left/);
}

test('C an empty code, or one that can be none, costs no try and keeps what was typed', async ({
  ann,
  bob,
}) => {
  const { bob: card } = await ann.createChat();
  await bob.open(card.link);
  const field = codeField(bob);
  await expect(field).toHaveAttribute('autocomplete', 'one-time-code');
  await expect(field).toHaveAttribute('autocapitalize', 'characters');
  for (const [typed, problem] of [
    ['', /Enter your secret code$/],
    [' - ', /Enter your secret code$/],
    ['7K3M', /The code has 8 characters$/],
    ['7K3M-Q9TXX', /The code has 8 characters$/],
    ['7K3M-Q9TU', /never a U$/],
  ] as const) {
    await bob.typeCode(typed);
    await expect(field).toHaveAccessibleDescription(problem);
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await expect(field).toHaveValue(typed);
    await expect(field).toBeFocused();
  }
  await expectAllTries(bob, card);
});

test('C offline: the code is not checked', async ({ ann, bob }) => {
  const { bob: card } = await ann.createChat();
  await bob.open(card.link);
  await expect(bob.heading).toHaveText('Hello Bob');
  await bob.context.setOffline(true);
  await bob.typeCode(card.code);
  await expect(codeField(bob)).toHaveAccessibleDescription(
    /You are offline\. Your code was not checked\.$/,
  );
  await expect(codeField(bob)).toHaveValue(card.code);
  await bob.context.setOffline(false);
  await expectAllTries(bob, card);
  await bob.typeCode(card.code);
  await expect(bob.heading).toHaveText('Ann');
});

test('C many people are coming in: it says so and comes in by itself', async ({ ann, bob }) => {
  const { bob: card } = await ann.createChat();
  await bob.open(card.link);
  let refusals = 0;
  await bob.page.route('**/enter', async (route) => {
    if (refusals === 1) return route.continue();
    refusals += 1;
    const error = { code: 'busy', message: 'Busy.', retryInMs: 2_500 };
    await route.fulfill({ status: 503, json: { error } });
  });
  await bob.typeCode(card.code);
  await expect(codeField(bob)).toHaveAccessibleDescription(
    /Many people are coming in\. Trying again in [1-3] s\.$/,
  );
  await expect(bob.heading).toHaveText('Ann');
  expect(refusals).toBe(1);
});

test('C the service goes and comes back: what was asked is done by itself', async ({
  newPerson,
  serve,
}) => {
  const redis = await startRedis();
  const first = await serve({ REDIS_URL: redis.url });
  const again = { REDIS_URL: redis.url, PORT: new URL(first.base).port };
  const [ann, bob] = [await newPerson(first.base), await newPerson(first.base)];
  const { bob: card } = await ann.createChat();

  await bob.open(card.link);
  await expect(bob.heading).toHaveText('Hello Bob');
  await first.kill();
  await bob.typeCode(card.code);
  await expect(codeField(bob)).toHaveAccessibleDescription(new RegExp(`${NOT_ANSWERING}$`));
  await serve(again);
  await expect(bob.heading).toHaveText('Ann');

  await test.step('the service answers, its store does not', async () => {
    const laptop = await newPerson(first.base);
    await laptop.open(card.link);
    await expect(laptop.heading).toHaveText('Hello Bob');
    redis.freeze();
    await laptop.typeCode(card.code);
    await expect(codeField(laptop)).toHaveAccessibleDescription(new RegExp(`${NOT_ANSWERING}$`));
    redis.thaw();
    await expect(laptop.heading).toHaveText('Ann', { timeout: 20_000 });
  });

  await test.step('a link that is opened meanwhile opens when the store is back', async () => {
    const phone = await newPerson(first.base);
    redis.freeze();
    await phone.open(card.link);
    await expect(phone.page.getByText('The service is not answering. Trying again.')).toBeVisible();
    redis.thaw();
    await expect(phone.heading).toHaveText('Hello Bob', { timeout: 20_000 });
    await expectAllTries(phone, card);
  });
  await redis.stop();
});

test('E a link to no chat, and one to a chat that has ended', async ({ ann, bob, newPerson }) => {
  const cards = await meet(ann, bob);
  const stranger = await newPerson(ann.base);
  const { hash } = new URL(cards.bob.link);
  // Another sid; the secret stays, so that it is a link like any other.
  const flipped = (hash[1] === 'A' ? 'B' : 'A') + hash.slice(2);
  await stranger.open(`${ann.base}/c#${flipped}`);
  await expect(stranger.heading).toHaveText('This chat has ended or does not exist');
  await expect(stranger.page.getByText('All messages are deleted')).toHaveCount(0);
  await expect(stranger.page).toHaveURL(`${ann.base}/c`);

  await ann.endChat();
  await expect(bob.heading).toHaveText('Ann ended the chat');
  // Who has only the link learns no name, and not which of the two they might have been.
  await stranger.open(cards.bob.link);
  await expect(stranger.heading).toHaveText('The chat was ended');
  await expect(stranger.page).toHaveURL(`${ann.base}/c`);
  await stranger.page.getByRole('link', { name: 'Start a new chat' }).click();
  await expect(stranger.heading).toHaveText('A private chat for two');
});

test('C plain http is said where it is not this machine, and works', async ({
  newPerson,
  places,
}) => {
  const { port } = new URL(places.ann.base);
  const ann = await newPerson(`http://duologue.test:${port}`);
  const bob = await newPerson(places.bob.base);
  const banner = ({ page }: Person) => page.getByText('This connection is not protected by https.');

  const cards = await ann.createChat();
  expect(await ann.page.evaluate(() => isSecureContext)).toBe(false);
  await expect(banner(ann)).toBeVisible();
  await ann.open(cards.ann.link);
  await expect(ann.heading).toHaveText('Hello Ann');
  await expect(ann.page.getByText('Your chat with Bob.')).toBeVisible();
  await expect(ann.page.getByLabel('Secret code')).toHaveAccessibleDescription(
    '8 characters. It stands beside your link.',
  );
  await expect(banner(ann)).toBeVisible();
  await ann.typeCode(cards.ann.code);
  await expect(banner(ann)).toBeVisible();
  await expect(ann.page.getByText('Only the two of you')).toHaveCount(0);

  await bob.open(cards.bob.link);
  await expect(bob.heading).toHaveText('Hello Bob');
  await expect(banner(bob)).toHaveCount(0);
  await bob.typeCode(cards.bob.code);
  await ann.say('in the clear, and sealed all the same');
  await bob.sees('in the clear, and sealed all the same');
});
