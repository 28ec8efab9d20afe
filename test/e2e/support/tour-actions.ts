/** The walk past what can be done with messages, and how they look for it. */
import { expect, type Person } from './fixtures.ts';
import type { Walk } from './tour.ts';

const LONG = Array.from({ length: 30 }, (_, line) => `${line + 1}. something to remember`).join(
  '\n',
);

export async function tourActions({ newPerson, serve, visit }: Walk): Promise<void> {
  const { base } = await serve({});
  const [ann, bob] = [await newPerson(base), await newPerson(base)];
  const cards = await ann.createChat();
  const { page } = ann;
  await ann.enter(cards.ann);
  await bob.enter(cards.bob);
  await send(bob, 'Did you get the papers? I sent them by the way of the old address.');
  await send(
    bob,
    'And the `key`:\n```\nlet key = 1;\nlet aRatherLongName = key + anotherLongName;\n```',
  );
  await send(ann, 'Yes, this morning');
  await send(bob, LONG);
  await expect(page.getByRole('button', { name: 'Show all' })).toBeVisible();
  await send(ann, '🎉');

  const papers = 'Did you get the papers? I sent them by the way of the old address.';
  await open(ann, papers);
  await visit('actions-theirs', page);
  await page.getByRole('button', { name: 'Another emoji' }).click();
  await expect(page.getByRole('textbox', { name: 'Another emoji' })).toBeFocused();
  await visit('actions-any-emoji', page);
  await page.keyboard.press('Escape');
  await open(ann, papers);
  await page.getByRole('button', { name: 'React with 👍' }).click();
  await expect(bob.page.getByRole('button', { name: '👍 from Ann' })).toBeVisible();
  await open(bob, 'Yes, this morning');
  await bob.page.getByRole('button', { name: 'React with ❤️' }).click();

  await open(ann, papers);
  await page.getByRole('button', { name: 'Reply' }).click();
  await expect(page.getByText('Reply to Bob')).toBeVisible();
  await visit('actions-replying', page);
  await send(ann, 'All of them');
  await open(bob, 'All of them');
  await bob.page.getByRole('button', { name: 'Reply' }).click();
  await send(bob, 'Then I can rest.');
  await ann.sees('Then I can rest.');
  await visit('actions-answers', page);
  await visit('actions-answers-other-side', bob.page);

  await open(ann, 'All of them');
  await visit('actions-mine', page);
  await page.getByRole('button', { name: 'Edit' }).click();
  await expect(page.getByText('Edit your message')).toBeVisible();
  await visit('actions-editing', page);
  await send(ann, 'All of them, and more');
  await expect(bob.page.getByText('edited', { exact: true })).toBeVisible();

  await open(ann, 'Yes, this morning');
  await page.getByRole('button', { name: 'Remove for both' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await visit('actions-removing', page);
  await page.getByRole('dialog').getByRole('button', { name: 'Remove for both' }).click();
  await ann.sees('Message removed');
  await page.getByRole('button', { name: 'Answers Bob: Did you get the papers?' }).click();
  await visit('actions-marked', page);
}

/** By keyboard, which every device has. */
async function open(person: Person, text: string): Promise<void> {
  const bubble = person.page.locator('.message', {
    has: person.page.locator('.bubble-text', { hasText: text }),
  });
  await bubble.first().getByRole('button', { name: 'Actions' }).press('Enter');
  await expect(person.page.getByRole('group', { name: 'Actions' })).toBeVisible();
}

async function send({ composer, page }: Person, text: string): Promise<void> {
  await composer.fill(text);
  await page.getByRole('button', { name: 'Send' }).click();
}
