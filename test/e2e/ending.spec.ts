// What is left after the end: nothing, on the screen, in the address bar, in the history, in the
// browser's storages; and in which words it is said to whom.
import type { Page } from '@playwright/test';
import { parsePastedLink } from '../../web/core/session-link.ts';
import { expect, meet, test, type Person } from './support/fixtures.ts';
import type { Cards } from './support/person.ts';
import { tapWire } from './support/wire.ts';

const headingOf = (page: Page) => page.getByRole('heading', { level: 1 });

const sidOf = ({ ann }: Cards): string => parsePastedLink(ann.link)?.sid ?? '';

/** Everything a page can store, as text. */
function stored(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const answer = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve) => {
        request.addEventListener('success', () => resolve(request.result));
      });
    const databases: unknown[] = [];
    for (const { name = '' } of await indexedDB.databases()) {
      const database = await answer(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        databases.push(name, store);
        databases.push(await answer(database.transaction(store).objectStore(store).getAllKeys()));
      }
      database.close();
    }
    const caches = await window.caches.keys();
    return JSON.stringify([localStorage, sessionStorage, databases, caches]);
  });
}

/** Neither shown nor kept: neither the messages nor what could open them. */
async function expectNothing(page: Page, cards: Cards): Promise<void> {
  await expect(page.getByText('a secret of ours')).toHaveCount(0);
  await expect(page.getByText('a draft of mine')).toHaveCount(0);
  expect(await page.content()).not.toMatch(/a secret of ours|a draft of mine/);
  expect(page.url()).not.toContain('#');
  const kept = await stored(page);
  expect(kept).not.toContain(sidOf(cards));
  expect(kept).not.toMatch(/duologue:(outbox|draft|ready)/);
  const state = JSON.stringify(await page.evaluate((): unknown => history.state));
  for (const word of [sidOf(cards), 'Ann', 'Bob']) expect(state).not.toContain(word);
}

/** Both in the chat, with a message, a draft of each and, at Ann, the Ready page behind her. */
async function talk(ann: Person, bob: Person): Promise<Cards> {
  const cards = await ann.createChat();
  await bob.page.goto(`${bob.base}/`);
  await bob.enter(cards.bob);
  await ann.page.getByRole('button', { name: 'Open as Ann' }).click();
  await ann.say('a secret of ours');
  await bob.sees('a secret of ours');
  for (const { composer, page } of [ann, bob]) {
    await composer.fill('a draft of mine');
    expect(await stored(page)).toContain(`duologue:draft:${sidOf(cards)}`);
  }
  return cards;
}

test('9 after the end nothing is shown or kept: link, Back, Forward, reload', async ({
  ann,
  bob,
}) => {
  const cards = await talk(ann, bob);
  await ann.endChat();
  await expect(ann.heading).toHaveText('You ended the chat');
  await expect(bob.heading).toHaveText('Ann ended the chat');
  for (const { page } of [ann, bob]) await expectNothing(page, cards);

  await test.step('reload', async () => {
    for (const { page } of [ann, bob]) await page.reload();
    await expect(ann.heading).toHaveText('You ended the chat');
    // The name went with the key.
    await expect(bob.heading).toHaveText('The other person ended the chat');
    for (const { page } of [ann, bob]) await expectNothing(page, cards);
  });

  await test.step('Back and Forward', async () => {
    for (const { page } of [ann, bob]) {
      await page.goBack();
      await expect(headingOf(page)).toHaveText('A private chat for two');
      await expectNothing(page, cards);
      await page.goForward();
      await expect(headingOf(page)).toHaveText(/ended the chat$/);
      await expectNothing(page, cards);
    }
  });

  await test.step('the link again', async () => {
    for (const [person, { link }] of [
      [ann, cards.ann],
      [bob, cards.bob],
      [bob, cards.ann],
    ] as const) {
      await person.open(link);
      await expect(person.heading).toHaveText('The chat was ended');
      await expectNothing(person.page, cards);
      expect(await person.context.cookies(), 'the pass').toEqual([]);
    }
  });
});

test('9 what was not sent goes as well, when the end comes from the other', async ({
  ann,
  bob,
}) => {
  const wire = await tapWire(ann.context);
  const cards = await meet(ann, bob);
  wire.toServer = (frame) => frame.type !== 'send';
  await ann.say('a secret of ours');
  await expect(ann.message('a secret of ours').getByText('Sending')).toBeVisible();
  expect(await stored(ann.page)).toContain(`duologue:outbox:${sidOf(cards)}`);
  await bob.endChat();
  await expect(ann.heading).toHaveText('Bob ended the chat');
  await expectNothing(ann.page, cards);
  await ann.page.reload();
  await expect(ann.heading).toHaveText('The other person ended the chat');
  await expectNothing(ann.page, cards);
});

test('9 who comes back after the end is told of it and keeps nothing', async ({ ann, bob }) => {
  const cards = await talk(ann, bob);
  await ann.context.setOffline(true);
  await ann.say('a secret of ours, too late');
  await bob.endChat();
  await expect(bob.heading).toHaveText('You ended the chat');
  await ann.context.setOffline(false);
  await expect(ann.heading).toHaveText('Bob ended the chat');
  await expectNothing(ann.page, cards);
});

test('9 the other tabs of who ends it show it too', async ({ ann, bob }) => {
  const cards = await talk(ann, bob);
  const second = await ann.context.newPage();
  // This one hears nothing from the server: only the other tab can tell it.
  const wire = await tapWire(second);
  await second.goto(cards.ann.link);
  await expect(second.getByText('a secret of ours')).toBeVisible();
  wire.silence();
  await second.getByRole('textbox', { name: 'Message' }).fill('a draft of mine');

  await ann.endChat();
  await expect(headingOf(second)).toHaveText('You ended the chat');
  await expectNothing(second, cards);
  await second.reload();
  await expect(headingOf(second)).toHaveText('You ended the chat');
  await expectNothing(second, cards);
});

test('9 the Ready page in another tab goes with the chat', async ({ ann, bob }) => {
  const cards = await ann.createChat();
  const chat = await ann.context.newPage();
  await chat.goto(cards.ann.link);
  await chat.getByLabel('Secret code').fill(cards.ann.code);
  await chat.getByRole('button', { name: 'Get in' }).click();
  await chat.getByRole('button', { name: 'End chat' }).click();
  await chat.getByRole('dialog').getByRole('button', { name: 'End chat' }).click();
  await expect(headingOf(chat)).toHaveText('You ended the chat');
  await expect(ann.heading).toHaveText('A private chat for two');
  await expectNothing(ann.page, cards);
  await bob.open(cards.bob.link);
  await expect(bob.heading).toHaveText('The chat was ended');
});

test('9 the cards go with a chat that nobody came to', async ({ ann }) => {
  const cards = await ann.createChat();
  await ann.page.getByRole('button', { name: 'Open as Ann' }).click();
  await expect(ann.composer).toBeVisible();
  expect(await stored(ann.page)).toContain('duologue:ready');
  await ann.endChat();
  await expect(ann.heading).toHaveText('You ended the chat');
  await expectNothing(ann.page, cards);
  await ann.page.goBack();
  await expect(ann.heading).toHaveText('A private chat for two');
  await expectNothing(ann.page, cards);
});

test('9 leaving keeps nothing here and goes on there', async ({ ann, bob }) => {
  const cards = await talk(ann, bob);
  const second = await ann.context.newPage();
  await second.goto(cards.ann.link);
  await expect(second.getByText('a secret of ours')).toBeVisible();

  await ann.page.getByRole('button', { name: 'Menu' }).click();
  await ann.page.getByRole('button', { name: 'Leave on this device' }).click();
  for (const page of [ann.page, second]) {
    await expect(headingOf(page)).toHaveText('You left the chat');
    await expectNothing(page, cards);
    await page.reload();
    await expect(headingOf(page)).toHaveText('You left the chat');
  }
  expect(await ann.context.cookies()).toEqual([]);
  await expect(bob.message('a secret of ours')).toBeVisible();
  await ann.open(cards.ann.link);
  await expect(ann.heading).toHaveText('Hello Ann');
  await ann.typeCode(cards.ann.code);
  await ann.sees('a secret of ours');
  await expect(ann.composer).toHaveValue('');
});

test('9 the end is not lost when the connection is: it goes on until it is done', async ({
  ann,
  bob,
}) => {
  const wire = await tapWire(ann.context);
  await meet(ann, bob);
  wire.isUp = false;
  await wire.cut();
  await ann.endChat();
  await expect(bob.heading).toHaveText('Ann ended the chat');
  await expect(ann.heading).toHaveText('You ended the chat');
});

test('8 where its dialog cannot be fetched, the browser asks instead', async ({ ann, bob }) => {
  await ann.context.route(/\/chat-extras-[^/]*\.js$/, (route) => route.abort());
  await meet(ann, bob);
  const end = ann.page.getByRole('button', { name: 'End chat' });
  const asked: string[] = [];
  ann.page.once('dialog', (dialog) => {
    asked.push(dialog.message());
    void dialog.dismiss();
  });
  await end.click();
  await expect
    .poll(() => asked)
    .toEqual([expect.stringMatching(/^End this chat for both of you\?/)]);
  await ann.say('still here');
  await bob.sees('still here');
  ann.page.once('dialog', (dialog) => void dialog.accept());
  await end.click();
  await expect(ann.heading).toHaveText('You ended the chat');
  await expect(bob.heading).toHaveText('Ann ended the chat');
});
