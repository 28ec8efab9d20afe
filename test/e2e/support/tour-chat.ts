/** The walk goes on inside the chat: D in every state that looks different, and how it ends. */
import type { Page } from '@playwright/test';
import { expect, type Person } from './fixtures.ts';
import type { Walk } from './tour.ts';
import { routeSockets } from './wire.ts';

const LONG =
  'A longer message, as one writes when there is something to tell: it wraps over several lines on every screen, and its time stands at the end.';

/** Alone, then together, with everything one can open or be told. */
export async function tourChat({ newPerson, serve, visit }: Walk): Promise<void> {
  const { base } = await serve({ MAX_ENTRIES: '35' });
  const [ann, bob] = [await newPerson(base), await newPerson(base)];
  await ann.context.addInitScript(() => {
    if (!('Notification' in window)) return;
    Object.defineProperty(Notification, 'permission', { value: 'default' });
  });
  const cards = await ann.createChat();
  const { page } = ann;
  await page.getByRole('button', { name: 'Open as Ann' }).click();
  await expect(page.getByText("Show Bob's link and code")).toBeVisible();
  await visit('chat-alone', page);

  await bob.enter(cards.bob);
  await expect(page.getByText('No messages yet.')).toBeVisible();
  await visit('chat-empty', page);

  await talk(ann, bob);
  await expect(page.getByRole('button', { name: 'Turn on alerts' })).toBeVisible();
  await visit('chat-alerts-offer', page);
  await page.getByRole('button', { name: 'Not now' }).click();
  await visit('chat', page);
  await visit('chat-other-side', bob.page);

  await page.getByRole('button', { name: 'Menu' }).click();
  await expect(page.getByText('Leave on this device')).toBeVisible();
  await visit('chat-menu', page);
  await page.getByRole('button', { name: 'Settings' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await visit('chat-settings', page);
  await page.getByRole('button', { name: 'Done' }).click();
  await tourLinks(page, visit);

  await send(ann, 'x'.repeat(17_000));
  await expect(page.getByText('This message is too long.')).toBeVisible();
  await visit('chat-too-long', page);
  await ann.composer.fill('');

  await fillUp(ann, bob);
  await visit('chat-scrolled-up', page);
  await send(bob, 'And another thing');
  await expect(page.getByRole('button', { name: '1 new message' })).toBeVisible();
  await visit('chat-new-messages', page);
  await page.getByRole('button', { name: '1 new message' }).click();

  await send(ann, 'This one does not fit any more');
  await expect(
    page.getByText('This chat is full. Nothing more can be sent.').first(),
  ).toBeVisible();
  await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
  await visit('chat-full', page);

  await ann.context.setOffline(true);
  await expect(page.getByText('You are offline.').first()).toBeVisible();
  await visit('chat-offline', page);
  await ann.context.setOffline(false);
  await expect(page.getByText('You are offline.')).toHaveCount(0);

  await page.getByRole('button', { name: 'End chat' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await visit('chat-end-dialog', page);
  await page.getByRole('dialog').getByRole('button', { name: 'End chat' }).click();
  await expect(page.getByRole('heading', { name: 'You ended the chat' })).toBeVisible();
  await visit('ended-by-me', page);
  await expect(bob.page.getByRole('heading', { name: 'Ann ended the chat' })).toBeVisible();
  await visit('ended-by-other-named', bob.page);
}

/** What the menu leads to of links and codes, and back to the chat. */
async function tourLinks(page: Page, visit: Walk['visit']): Promise<void> {
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('button', { name: 'Links and codes' }).click();
  await expect(page.getByRole('img', { name: 'QR code of your link' })).toBeVisible();
  await visit('chat-links', page);
  await page.getByRole('button', { name: 'QR code of your link, full screen' }).click();
  await visit('qr-full', page);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Make a new link and code for me' }).click();
  await visit('chat-renew', page);
  await page.getByRole('button', { name: 'Make new ones' }).click();
  await expect(page.getByRole('heading', { name: 'Your new link and code' })).toBeVisible();
  await visit('chat-renewed', page);
  await page.getByRole('button', { name: 'Done' }).click();
}

/** What stands under the header when something is to be told. */
export async function tourBanners({ newPerson, serve, visit }: Walk): Promise<void> {
  const { base } = await serve({});
  const [ann, bob] = [await newPerson(base), await newPerson(base)];
  const { page } = ann;
  await page.clock.install();
  const cards = await ann.createChat();
  await page.getByRole('button', { name: 'Open as Ann' }).click();
  await bob.enter(cards.bob);
  await expect(page.getByText('Online', { exact: true })).toBeVisible();

  await page.clock.fastForward('28:30');
  await expect(page.getByText(/This chat will end in 1:\d\d/).first()).toBeVisible();
  await visit('chat-time', page);
  await page.getByRole('button', { name: 'Keep chat open' }).click();

  const stranger = await newPerson(base);
  await stranger.open(cards.bob.link);
  for (let count = 1; count <= 5; count += 1) {
    await stranger.typeCode('0000-0000');
    const told = count < 5 ? `${5 - count} tr` : 'Too many tries.';
    await expect(stranger.page.getByText(told).first()).toBeVisible();
  }
  await expect(page.getByText("Someone tried 5 wrong codes for Bob's link.").first()).toBeVisible();
  await visit('chat-tries', page);

  await bob.page.goto('about:blank');
  await bob.open(cards.ann.link);
  await expect(bob.page.getByText('You are already in this chat as Bob.').first()).toBeVisible();
  await visit('chat-already', bob.page);

  // A fifth tab of the same person closes the first.
  const first = bob.page;
  for (let count = 1; count <= 4; count += 1) {
    await bob.openTab();
    await bob.open(cards.bob.link);
    await expect(bob.page.getByText('Online', { exact: true })).toBeVisible();
  }
  await expect(first.getByText('This chat is open elsewhere.').first()).toBeVisible();
  await visit('chat-elsewhere', first);

  await bob.page.getByRole('button', { name: 'Menu' }).click();
  await bob.page.getByRole('button', { name: 'Leave on this device' }).click();
  await expect(bob.page.getByRole('heading', { name: 'You left the chat' })).toBeVisible();
  await visit('left', bob.page);
}

/** Boxes that were changed on their way. */
export async function tourTampering({ newPerson, serve, visit }: Walk): Promise<void> {
  const { base } = await serve({});
  const [ann, bob] = [await newPerson(base), await newPerson(base)];
  await routeSockets(ann.page, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((frame) => {
      const box = /"box":"[^"]{9}/;
      socket.send(frame.toString().replace(box, '"box":"AAAAAAAAA'));
    });
  });
  const cards = await ann.createChat();
  await ann.enter(cards.ann);
  await bob.enter(cards.bob);
  await send(bob, 'Nobody will read this');
  await expect(ann.page.getByText('This message could not be decrypted.').first()).toBeVisible();
  await expect(ann.page.getByText('The server changed or hid messages.').first()).toBeVisible();
  await visit('chat-tampered', ann.page);
}

/** By the button, since Enter breaks the line on a phone. */
async function send({ composer, page }: Person, text: string): Promise<void> {
  await composer.fill(text);
  await page.getByRole('button', { name: 'Send' }).click();
}

async function talk(ann: Person, bob: Person): Promise<void> {
  await send(bob, 'Hello Ann');
  await send(bob, 'Did you get the papers?');
  await ann.sees('Did you get the papers?');
  await send(ann, 'Yes, this morning');
  await send(ann, LONG);
  await bob.sees(LONG);
  await send(
    bob,
    'More at https://example.org/papers?page=2 and a word without an end: ' + 'o'.repeat(90),
  );
  await send(bob, 'مرحبا، كيف حالك؟');
  await ann.sees('مرحبا، كيف حالك؟');
  await send(ann, 'Fine!\nLet us talk tonight.');
  await expect(ann.message('Fine!\nLet us talk tonight.').getByText('Read')).toBeVisible();
}

/** Up to one below the limit of entries; Ann stands at the top. */
async function fillUp(ann: Person, bob: Person): Promise<void> {
  for (let count = 8; count <= 33; count += 1) await send(bob, `Message ${count}`);
  await ann.sees('Message 33');
  // A page behind another is drawn when its browser has the time, and hears of scrolling no sooner.
  await ann.page.bringToFront();
  await expect(ann.message('Message 33')).toBeInViewport();
  await ann.page.getByRole('region', { name: 'Messages' }).evaluate((list) => {
    list.scrollTop = 0;
  });
  await expect(ann.page.getByRole('button', { name: 'Go to the newest message' })).toBeVisible();
}
