// Files and pictures, from the one's device to the other's: what is sent, what is not, what is said.
import type { Page } from '@playwright/test';
import { expect, meet, test, type Person } from './support/fixtures.ts';
import { attachLarge, paste, photo, PLACE, png, saved, type SentFile } from './support/pictures.ts';

const text = (name: string, content: string): SentFile => ({
  name,
  mimeType: 'text/plain',
  buffer: Buffer.from(content),
});

const tray = ({ page }: Person) => page.getByRole('region', { name: 'Files to send' });

/** Until they are in the tray, as people see it: what it takes is fetched at the first file. */
async function attach(person: Person, ...files: SentFile[]): Promise<void> {
  await person.page.locator('input[type=file]').setInputFiles(files);
  for (const { name } of files) await expect(tray(person).getByText(name).first()).toBeVisible();
}

async function send({ page }: Person): Promise<void> {
  await page.getByRole('button', { name: 'Send', exact: true }).click();
}

/** What is fetched a moment after the messages: until then nothing can be pasted. */
const loaded = (page: Page) =>
  page.evaluate(() =>
    performance.getEntriesByType('resource').some(({ name }) => name.includes('/file-parts')),
  );

const picture = (page: Page, name: string) => page.getByRole('img', { name: `Picture: ${name}` });

test('39 a pasted picture arrives turned and without its location', async ({
  ann,
  bob,
  met: _met,
}) => {
  await expect.poll(() => loaded(ann.page)).toBe(true);
  const taken = await photo(ann.page, 60, 40);
  expect(taken.buffer.includes(PLACE)).toBe(true);
  await paste(ann.page, taken);
  await expect(tray(ann).getByText('IMG_0001.jpg', { exact: true })).toBeVisible();
  await send(ann);
  await expect(tray(ann)).toHaveCount(0);
  const arrived = picture(bob.page, 'IMG_0001.jpg');
  await expect(arrived).toBeVisible();
  const size = await arrived.evaluate((image: HTMLImageElement) => [
    image.naturalWidth,
    image.naturalHeight,
  ]);
  expect(size).toEqual([40, 60]);
  await bob.page.getByRole('button', { name: 'Show IMG_0001.jpg' }).click();
  const { name, bytes } = await saved(bob.page, 'Save');
  expect(name).toBe('IMG_0001.jpg');
  expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
  expect(bytes.includes(PLACE)).toBe(false);
  expect(bytes.includes('Exif')).toBe(false);
  await bob.page.keyboard.press('Escape');
  await expect(bob.page.getByRole('dialog')).toHaveCount(0);
});

test('39 what is too large says so before anything is sent, and can be taken away', async ({
  ann,
  bob,
  met: _met,
}) => {
  const puts: string[] = [];
  ann.page.on('request', (request) => request.method() === 'PUT' && puts.push(request.url()));
  await attachLarge(ann.page, 'film.bin', 'application/octet-stream');
  await attach(ann, text('small.txt', 'small'));
  await expect(tray(ann).getByText('That file is 14 MB. The limit is 5 MB.')).toBeVisible();
  await expect(tray(ann).getByText('Room for 24 MB more in this chat')).toBeVisible();
  await ann.page.getByRole('button', { name: 'Remove film.bin' }).click();
  await expect(tray(ann).getByText('film.bin')).toHaveCount(0);
  expect(puts).toEqual([]);
  await ann.composer.fill('and a word with it');
  await send(ann);
  await bob.sees('and a word with it');
  const rows = bob.page
    .getByRole('listitem')
    .filter({ has: bob.page.locator('.file, .bubble-text') });
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText('small.txt');
  const { name, bytes } = await saved(bob.page, 'Download small.txt');
  expect([name, bytes.toString()]).toEqual(['small.txt', 'small']);
  expect(puts).toHaveLength(1);
});

test('39 a file that is cancelled is not sent, and those behind it are', async ({
  ann,
  bob,
  met: _met,
}) => {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await ann.page.route(/\/files\//, async (route) => {
    await held;
    await route.continue().catch(() => {});
  });
  await attach(ann, text('first.txt', 'first'), text('second.txt', 'second'));
  await ann.composer.fill('the words');
  await send(ann);
  await expect(ann.page.getByRole('progressbar', { name: 'Sending first.txt' })).toBeVisible();
  await ann.page.getByRole('button', { name: 'Cancel sending first.txt' }).click();
  await expect(ann.page.getByText('first.txt')).toHaveCount(0);
  letGo();
  await bob.sees('the words');
  await expect(bob.page.getByRole('button', { name: 'Download second.txt' })).toBeVisible();
  await expect(bob.page.getByText('first.txt')).toHaveCount(0);
});

test('39 a text that waits for its file outlives a reload', async ({ ann, bob, met: _met }) => {
  await ann.page.route(/\/files\//, () => {});
  await attach(ann, text('lost.txt', 'lost'));
  await ann.composer.fill('not lost');
  await send(ann);
  await expect(ann.composer).toHaveValue('');
  await ann.page.reload();
  await expect(ann.composer).toHaveValue('not lost');
  await ann.composer.press('Enter');
  await bob.sees('not lost');
  await expect(bob.page.getByText('lost.txt')).toHaveCount(0);
});

test('39 offline a file waits, and is sent once when the network is back', async ({
  ann,
  bob,
  met: _met,
}) => {
  await attach(ann, text('patient.txt', 'patient'));
  await expect(tray(ann).getByText('7 byte')).toBeVisible();
  await ann.goOffline();
  await send(ann);
  await expect(ann.page.getByRole('progressbar', { name: /Sending patient.txt/ })).toBeVisible();
  await ann.context.setOffline(false);
  const arrived = bob.page.getByRole('button', { name: 'Download patient.txt' });
  await expect(arrived).toBeVisible({ timeout: 30_000 });
  await ann.say('after it');
  await bob.sees('after it');
  await expect(arrived).toHaveCount(1);
});

test('39 a reload and another device show what was sent, and no request holds it', async ({
  ann,
  bob,
  met,
  newPerson,
}) => {
  const sent: Buffer[] = [];
  ann.page.on('request', (request) => {
    const body = request.postDataBuffer();
    if (body) sent.push(body, Buffer.from(request.url()));
  });
  const drawing = await png(ann.page);
  await attach(ann, drawing, text('secret name.txt', 'a canary in plain text'));
  await send(ann);
  await expect(picture(bob.page, 'drawing.png')).toBeVisible();
  await expect(picture(ann.page, 'drawing.png')).toBeVisible();
  await ann.page.reload();
  await expect(picture(ann.page, 'drawing.png')).toBeVisible();
  const phone = await newPerson(bob.base);
  await phone.enter(met.bob);
  await expect(picture(phone.page, 'drawing.png')).toBeVisible();
  const { bytes } = await saved(phone.page, 'Download secret name.txt');
  expect(bytes.toString()).toBe('a canary in plain text');
  expect(sent.length).toBeGreaterThan(0);
  const all = Buffer.concat(sent);
  for (const secret of ['canary', 'secret', 'IHDR', 'drawing']) {
    expect(all.includes(secret), secret).toBe(false);
  }
});

test('39 before the other has come files wait in the tray, and words do not', async ({
  ann,
  bob,
}) => {
  const cards = await ann.createChat();
  await ann.enter(cards.ann);
  await attach(ann, text('early.txt', 'early'));
  await expect(tray(ann).getByText('Files can be sent once Bob is here.')).toBeVisible();
  await send(ann);
  await ann.say('already here');
  await ann.sees('already here');
  await expect(tray(ann).getByText('early.txt')).toBeVisible();
  await bob.enter(cards.bob);
  await expect(tray(ann).getByText('Files can be sent once Bob is here.')).toHaveCount(0);
  await send(ann);
  await expect(bob.page.getByRole('button', { name: 'Download early.txt' })).toBeVisible();
});

test('39 a chat with no room for more files says so before', async ({ newPerson, serve }) => {
  const { base } = await serve({ MAX_FILES: '1' });
  const [ann, bob] = [await newPerson(base), await newPerson(base)];
  await meet(ann, bob);
  await attach(ann, text('one.txt', 'one'), text('two.txt', 'two'));
  await expect(tray(ann).getByText('No more files fit into this chat.')).toBeVisible();
  await send(ann);
  await expect(bob.page.getByRole('button', { name: 'Download one.txt' })).toBeVisible();
  await expect(tray(ann).getByText('two.txt')).toBeVisible();
  await ann.page.getByRole('button', { name: 'Remove two.txt' }).click();
});

test('39 dropped files are shown where they go, and pictures only if they are some', async ({
  ann,
  bob,
  met: _met,
}) => {
  await expect.poll(() => loaded(ann.page)).toBe(true);
  const drop = (type: string) =>
    ann.page.evaluate((type) => {
      const dataTransfer = new DataTransfer();
      const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>';
      dataTransfer.items.add(new File([svg], 'drawing.svg', { type: 'image/svg+xml' }));
      dataTransfer.items.add(new File(['no picture'], 'false.png', { type: 'image/png' }));
      const event = new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true });
      (document.querySelector('main') ?? document.body).dispatchEvent(event);
      return event.defaultPrevented;
    }, type);
  expect(await drop('dragover')).toBe(true);
  await expect(ann.page.getByText('Drop files here to send them to Bob')).toBeVisible();
  expect(await drop('drop')).toBe(true);
  await expect(ann.page.getByText('Drop files here to send them to Bob')).toHaveCount(0);
  await send(ann);
  for (const name of ['drawing.svg', 'false.png']) {
    await expect(bob.page.getByRole('button', { name: `Download ${name}` })).toBeVisible();
  }
  await expect(bob.page.locator('.file img')).toHaveCount(0);
});

test('39 a file that is dropped before there is anything to take it is taken all the same', async ({
  ann,
  met: _met,
}) => {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  await ann.page.route(/file-parts/, async (route) => opened.then(() => route.continue()));
  await ann.page.reload();
  await expect(ann.composer).toBeVisible();
  const isTaken = await ann.page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['early'], 'early.txt', { type: 'text/plain' }));
    const event = new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true });
    document.querySelector('main')?.dispatchEvent(event);
    return event.defaultPrevented;
  });
  expect(isTaken).toBe(true);
  expect(await loaded(ann.page)).toBe(false);
  open();
  await expect(tray(ann).getByText('early.txt')).toBeVisible();
});

test('39 a file that was changed on the server is not shown, and one that is gone says so', async ({
  ann,
  bob,
  met: _met,
}) => {
  let status = 200;
  await bob.page.route(/\/files\//, async (route) => {
    if (status === 404) {
      return route.fulfill({ status, json: { error: { code: 'not_found', message: '' } } });
    }
    const response = await route.fetch();
    const body = await response.body();
    body[40] = (body[40] ?? 0) ^ 1;
    return route.fulfill({ response, body });
  });
  await attach(ann, await png(ann.page));
  await send(ann);
  await expect(
    bob.page.getByText('This file is not what was sent. It is not shown.'),
  ).toBeVisible();
  status = 404;
  await attach(ann, text('gone.txt', 'gone'));
  await send(ann);
  await bob.page.getByRole('button', { name: 'Download gone.txt' }).click();
  await expect(bob.page.getByText('This file is not there any more.')).toBeVisible();
});

test('Back closes a picture and stays in the chat, and closing it leaves nothing for Back', async ({
  ann,
  bob,
  met: _met,
}) => {
  const { page } = bob;
  await page.evaluate(() => document.querySelector('h1')?.setAttribute('data-same', 'yes'));
  await attach(ann, await png(ann.page));
  await send(ann);
  const show = page.getByRole('button', { name: 'Show drawing.png' });
  const shown = page.getByRole('dialog', { name: 'Picture: drawing.png' });
  await bob.composer.fill('half a word');
  await show.click();
  await expect(shown).toBeVisible();
  await page.goBack();
  await expect(shown).toHaveCount(0);
  await show.click();
  await shown.getByRole('button', { name: 'Close' }).click();
  await expect(shown).toHaveCount(0);
  // The same chat all along, and where it was entered from comes next.
  await expect(bob.composer).toHaveValue('half a word');
  await expect(bob.heading).toHaveAttribute('data-same', 'yes');
  const before = page.url();
  await page.goBack();
  expect(page.url()).not.toBe(before);
});

test('29 by keyboard: a picture is shown, saved and left again', async ({
  ann,
  bob,
  met: _met,
}) => {
  await attach(ann, await png(ann.page));
  await expect(tray(ann).getByRole('img')).toHaveCount(0);
  await ann.composer.press('Enter');
  const show = bob.page.getByRole('button', { name: 'Show drawing.png' });
  await show.focus();
  await bob.page.keyboard.press('Enter');
  await expect(bob.page.getByRole('dialog', { name: 'Picture: drawing.png' })).toBeVisible();
  await expect(bob.page.getByRole('link', { name: 'Save' })).toBeFocused();
  await bob.page.keyboard.press('Escape');
  await expect(show).toBeFocused();
});
