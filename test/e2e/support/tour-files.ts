/** The walk past files and pictures: the tray, a bubble on its way, what came, what did not. */
import { expect } from './fixtures.ts';
import { attachLarge, photo, png } from './pictures.ts';
import type { Walk } from './tour.ts';

export async function tourFiles({ newPerson, serve, visit }: Walk): Promise<void> {
  const { base } = await serve({});
  const [ann, bob] = [await newPerson(base), await newPerson(base)];
  const cards = await ann.createChat();
  await ann.enter(cards.ann);
  const { page } = ann;
  const attach = (...files: { name: string; mimeType: string; buffer: Buffer }[]) =>
    page.locator('input[type=file]').setInputFiles(files);
  const send = () => page.getByRole('button', { name: 'Send', exact: true }).click();
  const report = {
    name: 'A report with a long name that says what is in it.pdf',
    mimeType: 'application/pdf',
    buffer: Buffer.alloc(80_000),
  };

  await attach(report);
  await expect(page.getByText('Files can be sent once Bob is here.')).toBeVisible();
  await visit('files-alone', page);
  await bob.enter(cards.bob);
  await attach(await photo(page, 400, 300));
  await attachLarge(page, 'film.mp4', 'video/mp4');
  await expect(page.getByText('That file is 14 MB. The limit is 5 MB.')).toBeVisible();
  await expect(page.getByText('IMG_0001.jpg', { exact: true })).toBeVisible();
  await expect(page.locator('.tray-picture')).toBeVisible();
  await visit('files-tray', page);

  await page.getByRole('button', { name: 'Remove film.mp4' }).click();
  await send();
  await expect(bob.page.getByRole('img', { name: 'Picture: IMG_0001.jpg' })).toBeVisible();
  await attach(await png(page, 300, 120));
  await expect(page.locator('.tray-picture')).toBeVisible();
  await send();
  await expect(bob.page.getByRole('img', { name: 'Picture: drawing.png' })).toBeVisible();
  await visit('files', page);
  await visit('files-other-side', bob.page);

  await bob.page.getByRole('button', { name: 'Show IMG_0001.jpg' }).click();
  await expect(bob.page.getByRole('dialog')).toBeVisible();
  await visit('files-viewer', bob.page);
  await bob.page.keyboard.press('Escape');

  await page.route(/\/files\//, () => {});
  await attach({ ...report, name: 'On its way.pdf' });
  await expect(page.getByText('On its way.pdf', { exact: true })).toBeVisible();
  await send();
  await expect(page.getByRole('button', { name: 'Cancel sending On its way.pdf' })).toBeVisible();
  await visit('files-sending', page);
  await page.getByRole('button', { name: 'Cancel sending On its way.pdf' }).click();

  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.route(/\/files\//, (route) =>
    route.fulfill({ status: 413, json: { error: { code: 'files_full', message: '' } } }),
  );
  await attach({ ...report, name: 'Too much.pdf' });
  await expect(page.getByText('Too much.pdf', { exact: true })).toBeVisible();
  await send();
  await expect(page.getByText('There is no room for more files in this chat.')).toBeVisible({
    timeout: 40_000,
  });
  await visit('files-refused', page);
}
