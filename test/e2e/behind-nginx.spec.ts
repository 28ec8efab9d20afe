// Under a path, over https, behind the real nginx with the file that is shipped for it: two people
// get in, talk, reload, and go on after the proxy was restarted.
import { freePort } from '../support/redis.ts';
import { wantedSettings } from '../support/shipped-files.ts';
import { startShipped } from '../support/shipped-proxies.ts';
import { expect, test } from './support/fixtures.ts';

const FILE = 'nginx-subpath.conf';

test('a chat under a path of another site, over https', async ({ serve, newPerson }) => {
  const target = await freePort();
  const proxy = await startShipped(FILE, target);
  try {
    const wanted = wantedSettings(FILE);
    const { pathname } = new URL(wanted['PUBLIC_URL'] ?? '');
    const base = `https://example.test:${proxy.port}${pathname}`;
    await serve({ ...wanted, PUBLIC_URL: base, PORT: String(target) });
    const unknown = { ignoreHTTPSErrors: true };
    const [ann, bob] = [await newPerson(base, unknown), await newPerson(base, unknown)];

    const cards = await ann.createChat();
    for (const { link } of [cards.ann, cards.bob]) expect(link.split('#')[0]).toBe(`${base}/c`);
    await bob.page.goto(cards.bob.link);
    await bob.typeCode(cards.bob.code);
    await ann.page.getByRole('button', { name: 'Open as Ann' }).click();
    await expect(ann.page.getByText('Online')).toBeVisible();
    expect(await ann.page.evaluate(() => isSecureContext)).toBe(true);
    const [pass] = await ann.context.cookies();
    expect(pass).toMatchObject({ secure: true, httpOnly: true, path: '/' });
    expect(pass?.name).toMatch(/^__Host-/);

    await ann.say('one');
    await bob.sees('one');
    await bob.page.reload();
    await bob.sees('one');
    await proxy.restart();
    await bob.say('two');
    await ann.sees('two');
    expect(await ann.texts()).toEqual(['one', 'two']);
    expect(proxy.logged().trim()).toBe('');
  } finally {
    await proxy.stop();
  }
});
