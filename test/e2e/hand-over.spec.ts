// Handing on what each of the two needs: copying, scanning, sharing, and not losing the page.
import { pasted } from './support/clipboard.ts';
import { expect, test, type Person } from './support/fixtures.ts';
import { scanAll, scanPicture } from './support/scan.ts';

const copyButtons = [
  "Copy Ann's link",
  "Copy Ann's secret code",
  "Copy Bob's link",
  "Copy Bob's secret code",
];

test.describe('31 copying', () => {
  const ways = {
    'with the clipboard API': () => {},
    'without it, as on plain http': () =>
      Object.defineProperty(Navigator.prototype, 'clipboard', { value: undefined }),
    'where it refuses': () => {
      Clipboard.prototype.writeText = () => Promise.reject(new Error('not allowed'));
    },
  };
  for (const [way, prepare] of Object.entries(ways)) {
    test(`31 copies ${way}`, async ({ ann }) => {
      await ann.page.addInitScript(prepare);
      const cards = await ann.createChat();
      const wanted = [cards.ann.link, cards.ann.code, cards.bob.link, cards.bob.code];
      for (const [index, name] of copyButtons.entries()) {
        const button = ann.page.getByRole('button', { name });
        await button.click();
        await expect(button).toHaveText('Copied');
        await expect(ann.page.getByText(`${name.slice(5)} copied.`)).toHaveCount(1);
        expect(await pasted(ann.context)).toBe(wanted[index]);
      }
    });
  }

  test('31 selects and says which keys to press where nothing may copy', async ({ ann }) => {
    await ann.page.addInitScript(() => {
      Object.defineProperty(Navigator.prototype, 'clipboard', { value: undefined });
      document.execCommand = () => false;
    });
    const cards = await ann.createChat();
    const button = ann.page.getByRole('button', { name: "Copy Bob's link" });
    await button.click();
    await expect(button).toHaveText('Press Ctrl+C');
    expect(await ann.page.evaluate(() => String(getSelection()))).toBe(cards.bob.link);
    await expect(ann.page.getByText('Copied', { exact: true })).toHaveCount(0);
    await ann.page.keyboard.press('Control+C');
    expect(await pasted(ann.context)).toBe(cards.bob.link);
  });
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`32 the codes on a ${colorScheme} screen lead to exactly the links`, async ({
    newPerson,
    places,
  }) => {
    const ann = await newPerson(places.ann.base, { colorScheme });
    const cards = await ann.createChat();
    await expect(ann.page.getByRole('img', { name: /^QR code/ })).toHaveCount(2);
    const picture = await ann.page.screenshot({ fullPage: true });
    expect(await scanAll(picture)).toEqual([cards.ann.link, cards.bob.link].toSorted());
    for (const name of ['Ann', 'Bob'] as const) {
      const code = ann.page.getByRole('img', { name: `QR code of ${name}'s link` });
      const { width } = (await code.boundingBox())!;
      expect(width).toBeGreaterThanOrEqual(240);
      const scanned = await scanPicture(ann.page, await code.screenshot(), 'image/png');
      expect(scanned).toBe(name === 'Ann' ? cards.ann.link : cards.bob.link);
    }
  });
}

test('32 the codes that the API gives lead to exactly the links', async ({ ann, places }) => {
  const answer = await ann.context.request.post(`${places.ann.base}/api/sessions`, {
    data: { names: ['Ann', 'Bob'] },
  });
  // as: the answer of the server under test
  const { participants } = (await answer.json()) as {
    participants: { link: string; qr: string }[];
  };
  expect(participants).toHaveLength(2);
  for (const { link, qr } of participants) {
    const [, svg = ''] = /^data:image\/svg\+xml[^,]*,(.*)$/s.exec(qr) ?? [];
    const bytes = qr.includes(';base64,') ? Buffer.from(svg, 'base64') : decodeURIComponent(svg);
    expect(await scanPicture(ann.page, Buffer.from(bytes), 'image/svg+xml')).toBe(link);
  }
});

test('33 sharing gives the link and never the code', async ({ ann }) => {
  await ann.page.addInitScript(() => {
    Object.assign(window, { shared: [] });
    Navigator.prototype.share = (data) => {
      (window as unknown as { shared: unknown[] }).shared.push(data); // as: put there above
      return Promise.resolve();
    };
  });
  const cards = await ann.createChat();
  await ann.page.getByRole('button', { name: "Share Bob's link" }).click();
  await ann.page.getByRole('button', { name: "Share Ann's link" }).click();
  const shared = () => ann.page.evaluate(() => (window as unknown as { shared: unknown[] }).shared);
  await expect.poll(shared).toEqual([{ url: cards.bob.link }, { url: cards.ann.link }]);
});

test.describe('the page with the links', () => {
  test('stays over a reload', async ({ ann }) => {
    const cards = await ann.createChat();
    await ann.page.reload();
    await expect(ann.page.getByRole('heading', { level: 1 })).toHaveText('Your chat is ready');
    for (const text of [cards.ann.link, cards.ann.code, cards.bob.link, cards.bob.code]) {
      await expect(ann.page.getByText(text, { exact: true })).toBeVisible();
    }
  });

  test('asks before it is left until all four were handed on', async ({ ann }) => {
    await ann.createChat();
    const asked: string[] = [];
    ann.page.on('dialog', (dialog) => {
      asked.push(dialog.type());
      void dialog.dismiss();
    });
    for (const [count, name] of copyButtons.entries()) {
      await tryToLeave(ann);
      await expect.poll(() => asked).toHaveLength(count + 1);
      await expect(ann.page.getByRole('heading', { level: 1 })).toHaveText('Your chat is ready');
      await ann.page.getByRole('button', { name }).click();
      await expect(ann.page.getByRole('button', { name })).toHaveText('Copied');
    }
    expect(new Set(asked)).toEqual(new Set(['beforeunload']));
    await tryToLeave(ann);
    await expect(ann.page.getByRole('heading', { level: 1 })).toHaveText('A private chat for two');
    expect(asked).toHaveLength(copyButtons.length);
  });

  test('is gone once both have entered', async ({ ann, bob }) => {
    const cards = await ann.createChat();
    await ann.page.getByRole('button', { name: 'Open as Ann' }).click();
    await expect(ann.composer).toBeVisible();
    await ann.page.goBack();
    await expect(ann.page.getByText(cards.bob.code)).toBeVisible();
    await ann.page.goForward();
    await bob.enter(cards.bob);
    await expect(ann.page.getByText('Online', { exact: true })).toBeVisible();
    await ann.page.goBack();
    await expect(ann.page.getByRole('heading', { level: 1 })).toHaveText('A private chat for two');
    await ann.page.reload();
    await expect(ann.page.getByRole('heading', { level: 1 })).toHaveText('A private chat for two');
    const kept = await ann.page.evaluate(() => JSON.stringify(sessionStorage));
    expect(kept).not.toContain(cards.bob.code);
  });
});

/** By the brand, which leads to the start page; not waiting, since a dialog may be in the way. */
async function tryToLeave({ page }: Person): Promise<void> {
  await page.getByRole('link', { name: 'Duologue' }).click({ noWaitAfter: true });
}
