// A server that refuses, for real: the page says in words what is so and for how long, and goes on
// by itself as soon as it may.
import { proofOf } from '../../web/core/entering.ts';
import { parsePastedLink } from '../../web/core/session-link.ts';
import { postJson } from '../support/raw-client.ts';
import { expect, meet, test, type Person } from './support/fixtures.ts';

const startOver = async ({ page, base }: Person, mine: string) => {
  await page.goto(`${base}/`);
  await page.getByLabel('Your name').fill(mine);
  await page.getByLabel('Their name').fill('Bob');
  await page.getByRole('button', { name: 'Create chat' }).click();
};

test('A too many new chats from here: it counts down and makes this one', async ({
  newPerson,
  serve,
}) => {
  const { base } = await serve({ RATE_CREATE: '1/6s' });
  const [ann, eve] = [await newPerson(base), await newPerson(base)];
  await ann.createChat();
  await startOver(eve, 'Eve');
  const words = eve.page.getByText(
    /Too many new chats from your network\. Trying again in 0:\d\d\./,
  );
  await expect(words).toBeVisible();
  const first = await words.innerText();
  await expect.poll(() => words.innerText()).not.toBe(first);
  await expect(eve.page.getByRole('alert').filter({ hasText: 'Too many' })).toContainText(
    /Trying again in \d+ seconds\./,
  );
  await expect(eve.heading).toHaveText('Your chat is ready', { timeout: 20_000 });
});

test('A no room for more chats: it is made when there is', async ({ newPerson, serve }) => {
  const { base } = await serve({ MAX_SESSIONS: '1' });
  const [ann, bob, eve] = [await newPerson(base), await newPerson(base), await newPerson(base)];
  await meet(ann, bob);
  await startOver(eve, 'Eve');
  await expect(
    eve.page.getByText(/Many people are creating chats\. Trying again in \d s\./).first(),
  ).toBeVisible();

  await test.step('what is typed now is not tried by itself', async () => {
    await eve.page.getByLabel('Your name').fill('Evelyn');
    await expect(eve.page.getByText('Many people')).toHaveCount(0);
    await eve.page.getByRole('button', { name: 'Create chat' }).click();
    await expect(eve.page.getByText(/Many people/).first()).toBeVisible();
  });
  await ann.endChat();
  await expect(eve.heading).toHaveText('Your chat is ready', { timeout: 20_000 });
  await expect(eve.page.getByRole('region', { name: 'Evelyn' })).toBeVisible();
});

test('C too many visits from this network: it says so, and the chat opens', async ({
  newPerson,
  serve,
}) => {
  // Twenty landings.
  const { base } = await serve({ RATE_ENTER: '1/10s' });
  const [ann, bob] = [await newPerson(base), await newPerson(base)];
  const { bob: card } = await ann.createChat();
  const parts = parsePastedLink(card.link);
  if (parts === null) throw new Error('not a link');
  const visit = () =>
    postJson(base, `/api/sessions/${parts.sid}/landing`, { proof: proofOf(parts) });
  while ((await visit()).status === 200);

  await bob.open(card.link);
  await expect(
    bob.page.getByText(/Too many visits from your network\. Your chat opens in 0:\d\d\./),
  ).toBeVisible();
  await expect(bob.heading).toHaveText('Opening your chat…');
  await expect(bob.heading).toHaveText('Hello Bob', { timeout: 30_000 });
});

test('D no room for a connection: it says so, tries again in time, and is in', async ({
  newPerson,
  serve,
}) => {
  const { base } = await serve({ MAX_CONNECTIONS_PER_IP: '1' });
  const [ann, bob] = [await newPerson(base), await newPerson(base)];
  const cards = await ann.createChat();
  await ann.enter(cards.ann);
  await bob.enter(cards.bob);
  await expect(
    bob.page.getByText(/lets no connection through right now.*Trying again in \d:\d\d\./),
  ).toBeVisible();
  await bob.say('kept until there is room');
  await ann.page.close();
  await bob.sees('kept until there is room');
  await expect(bob.message('kept until there is room').getByText('Sent')).toBeAttached({
    timeout: 30_000,
  });
  await expect(bob.page.getByText('lets no connection through')).toHaveCount(0);
});

test('D many messages at once: how many wait is said, and all are sent', async ({
  newPerson,
  serve,
}) => {
  const { base } = await serve({ RATE_SEND: '2/1s', BURST_SEND: '1' });
  const [ann, bob] = [await newPerson(base), await newPerson(base)];
  await meet(ann, bob);
  const said = Array.from({ length: 14 }, (_, i) => `message ${i + 1}`);
  for (const text of said) await ann.say(text);
  await expect(
    ann.page.getByText(/^\d+ messages are being sent, one after the other\.$/),
  ).toBeVisible();
  await expect.poll(() => bob.texts(), { timeout: 20_000 }).toEqual(said);
  await expect(ann.page.getByText('messages are being sent')).toHaveCount(0);
});
