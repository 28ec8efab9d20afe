/**
 * A walk through every screen outside the chat, in every state that looks different. Whoever walks
 * along is called at each stop: to look for barriers, to measure, to take a picture.
 */
import type { BrowserContextOptions, Page } from '@playwright/test';
import { expect, type Person } from './fixtures.ts';
import type { Server } from '../../support/server-process.ts';

export interface Walk {
  newPerson: (base: string, options?: BrowserContextOptions) => Promise<Person>;
  serve: (env: Record<string, string>) => Promise<Server>;
  /** `name` is unique in all tours, and fit for a file. */
  visit: (name: string, page: Page) => Promise<void>;
}

/** A and B: from nothing to two links. */
export async function tourCreating({ newPerson, serve, visit }: Walk): Promise<void> {
  const { base } = await serve({});
  const ann = await newPerson(base);
  const { page } = ann;
  await page.goto(`${base}/`);
  await expect(page.getByLabel('Your name')).toBeVisible();
  await visit('start', page);

  await page.getByText('How long silence may last').click();
  await expect(page.getByRole('combobox', { name: 'How long' })).toBeVisible();
  await visit('start-silence', page);

  const create = page.getByRole('button', { name: 'Create chat' });
  await create.click();
  await expect(page.getByText('2 entries need a change')).toBeVisible();
  await visit('start-two-errors', page);

  await page.getByLabel('Your name').fill('Ann');
  await page.getByLabel('Their name').fill('ann');
  await create.click();
  await expect(page.getByText('Enter two different names')).toBeVisible();
  await visit('start-one-error', page);

  await page.getByLabel('Their name').fill('Bartholomew Featherstonehaugh the Younger');
  await create.click();
  await expect(page.getByText('Use 40 characters or fewer')).toBeVisible();
  await page.getByLabel('Their name').fill('Bob');
  await refuse(page, /\/api\/sessions$/, 503, { code: 'store_unavailable' });
  await create.click();
  await expect(page.getByText('The service is not answering.')).toBeVisible();
  await visit('start-not-answering', page);

  await page.unrouteAll();
  await create.click();
  await expect(page.getByRole('img')).toHaveCount(2);
  await visit('ready', page);

  await page.getByRole('button', { name: "Copy Bob's secret code" }).click();
  await expect(page.getByText('Copied', { exact: true })).toBeVisible();
  await visit('ready-copied', page);
}

/** C: from a link to the door, and everything that keeps it shut. */
export async function tourJoining({ newPerson, serve, visit }: Walk): Promise<void> {
  const { base } = await serve({});
  const [ann, bob] = [await newPerson(base), await newPerson(base)];
  const cards = await ann.createChat();
  const { page } = bob;
  await bob.open(cards.bob.link);
  await expect(page.getByLabel('Secret code')).toBeVisible();
  await visit('join', page);

  const tries = [
    { name: 'empty', code: '', says: 'Enter your secret code' },
    { name: 'length', code: 'ABC', says: 'The code has 8 characters' },
    { name: 'characters', code: 'UUUU-UUUU', says: 'only letters and digits' },
    { name: 'wrong', code: wrong(cards.bob.code), says: '4 tries left.' },
  ];
  for (const { name, code, says } of tries) {
    await bob.typeCode(code);
    await expect(page.getByText(says)).toBeVisible();
    await visit(`join-${name}`, page);
  }

  await refuse(page, /\/enter$/, 503, { code: 'busy', retryInMs: 60_000 });
  await bob.typeCode(cards.bob.code);
  await expect(page.getByText('Many people are coming in.').first()).toBeVisible();
  await visit('join-busy', page);
  await page.unrouteAll();
  await refuse(page, /\/enter$/, 503, { code: 'store_unavailable', retryInMs: 60_000 });
  await bob.typeCode(cards.bob.code);
  await expect(page.getByText('The service is not answering.')).toBeVisible();
  await visit('join-not-answering', page);
  await page.unrouteAll();

  await bob.context.setOffline(true);
  await bob.typeCode(cards.bob.code);
  await expect(page.getByText('You are offline. Your code was not checked.')).toBeVisible();
  await visit('join-offline', page);
  await bob.context.setOffline(false);

  for (const left of [3, 2, 1]) {
    await bob.typeCode(wrong(cards.bob.code));
    await expect(page.getByText(`${left} ${left === 1 ? 'try' : 'tries'} left.`)).toBeVisible();
  }
  await bob.typeCode(wrong(cards.bob.code));
  await expect(page.getByText('Too many tries.').first()).toBeVisible();
  await visit('join-locked', page);
}

/** C without a door: the link itself is not whole, not known, or cannot be asked about. */
export async function tourLinks({ newPerson, serve, visit }: Walk): Promise<void> {
  const { base } = await serve({});
  const [ann, bob] = [await newPerson(base), await newPerson(base)];
  const cards = await ann.createChat();
  const { page } = bob;

  await page.goto(`${base}/c`);
  await expect(page.getByLabel('Paste the full link')).toBeVisible();
  await visit('incomplete', page);
  await page.getByLabel('Paste the full link').fill(cards.bob.link.slice(0, -5));
  await page.getByRole('button', { name: 'Open' }).click();
  await expect(page.getByText('This is not a whole link.')).toBeVisible();
  await visit('incomplete-error', page);

  const notFound = { code: 'not_found' };
  const ended = { code: 'ended', reason: 'ended', by: 'a' };
  const silence = { code: 'ended', reason: 'silence', idleMs: 1_800_000 };
  const renewed = { code: 'ended', reason: 'renewed' };
  const answers = [
    { name: 'refused', status: 403, error: { code: 'bad_origin' }, says: 'refused this page' },
    { name: 'unreachable', status: 503, error: { code: 'internal' }, says: 'Trying again.' },
    { name: 'ended-unknown', status: 404, error: notFound, says: 'does not exist' },
    { name: 'ended-unnamed', status: 410, error: ended, says: 'The chat was ended' },
    { name: 'ended-silence', status: 410, error: silence, says: 'after 30 minutes of silence' },
    { name: 'ended-renewed', status: 410, error: renewed, says: 'Your link was renewed' },
  ];
  for (const { name, status, error, says } of answers) {
    await refuse(page, /\/landing$/, status, error);
    await page.goto('about:blank');
    await bob.open(cards.bob.link);
    await expect(page.getByText(says)).toBeVisible();
    await visit(name, page);
    await page.unrouteAll();
  }

  // As from a phone in the same network: a name that is not localhost, without https.
  const { port } = new URL(base);
  await page.goto(`http://duologue.test:${port}/c${new URL(cards.bob.link).hash}`);
  await expect(page.getByText('not protected by https')).toBeVisible();
  await visit('join-plain-http', page);
}

async function refuse(page: Page, url: RegExp, status: number, error: object): Promise<void> {
  const body = { error: { message: '', ...error } };
  await page.route(url, (route) => route.fulfill({ status, json: body }));
}

/** Another code of the same form. */
function wrong(code: string): string {
  return (code.startsWith('0') ? '1' : '0') + code.slice(1);
}
