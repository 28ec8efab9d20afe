// What other websites, and what people write, can do to somebody in a chat: nothing. With a real
// second website in the same browser, on another port (to which cookies go along) and another host.
import { createNewSession } from '../../web/core/new-session.ts';
import { createSessionApi } from '../../web/core/session-api.ts';
import { parsePastedLink } from '../../web/core/session-link.ts';
import { createBrowser } from '../faults/world/browser.ts';
import { expect, meet, test, type Person } from './support/fixtures.ts';
import type { ForeignSite } from './support/foreign-site.ts';

const OTHERS = [
  ['another port of the same host', 'localhost'],
  ['another host', '127.0.0.1'],
] as const;

/** Runs in a foreign page with ours as `ours`; what it found out. */
async function visit(
  person: Person,
  site: ForeignSite,
  host: string,
  html = '',
): Promise<Person['page']> {
  site.pages.set('/', html);
  const page = await person.context.newPage();
  await page.goto(`http://${host}:${site.port}/`);
  return page;
}

const sidOf = (link: string) => parsePastedLink(link)!.sid;

for (const [where, host] of OTHERS) {
  test.describe(`a page of ${where}`, () => {
    test('cannot put ours into a frame (clickjacking)', async ({ ann, met, foreign }) => {
      const { link } = met.ann;
      const page = await visit(
        ann,
        foreign,
        host,
        [
          'iframe src',
          'iframe sandbox="allow-scripts allow-same-origin" src',
          'embed src',
          'object data',
        ]
          .flatMap((tag) =>
            [link, `${ann.base}/`].map((url) => `<${tag}="${url}"></${tag.split(' ')[0]}>`),
          )
          .join(''),
      );
      // Each is refused in so many words …
      const refused = () => ann.problems.filter((one) => one.includes('frame-ancestors')).length;
      await expect.poll(refused).toBe(8);
      // … and shows a page of the browser's own, if anything.
      await expect(async () => {
        for (const frame of page.frames().slice(1)) {
          expect(await frame.evaluate(() => document.body?.innerText ?? '')).not.toMatch(/Ann|Bob/);
          expect(await frame.locator('#app').count()).toBe(0);
        }
      }).toPass({ timeout: 10_000 });
      ann.problems.length = 0;
    });

    test('cannot send a form, a call or a beacon that changes anything', async ({
      ann,
      bob,
      met,
      foreign,
    }) => {
      const sid = sidOf(met.ann.link);
      const api = `${ann.base}/api/sessions`;
      for (const type of [
        'application/x-www-form-urlencoded',
        'multipart/form-data',
        'text/plain',
      ]) {
        for (const path of [`/${sid}/leave`, `/${sid}/enter`, '']) {
          const page = await visit(
            ann,
            foreign,
            host,
            `<form method="post" enctype="${type}" action="${api}${path}">
               <input name='{"names":["x","y"],"x":"' value='"}'></form>`,
          );
          const answered = page.waitForResponse(`${api}${path}`);
          await page.evaluate(() => document.forms[0]!.submit());
          expect((await answered).status()).toBe(403);
          await page.close();
        }
      }
      const page = await visit(ann, foreign, host);
      const outcomes = await page.evaluate(
        async ({ api, sid }) => {
          const json = { 'content-type': 'application/json' };
          const calls: [string, RequestInit][] = [
            [`${api}/${sid}/leave`, { method: 'POST' }],
            [`${api}/${sid}/leave`, { method: 'POST', mode: 'no-cors' }],
            [`${api}/${sid}`, { method: 'DELETE' }],
            [api, { method: 'POST', headers: json, body: '{"names":["x","y"]}' }],
            [api, { method: 'POST', mode: 'no-cors', body: '{"names":["x","y"]}' }],
            [`${api}/${sid}/landing`, { method: 'POST', headers: json, body: '{}' }],
            [`${api.replace('/api/sessions', '')}/api/openapi.json`, {}],
            [`${api.replace('/api/sessions', '')}/c`, { mode: 'no-cors' }],
          ];
          const outcomes = await Promise.all(
            calls.map(([url, init]) =>
              fetch(url, { credentials: 'include', ...init }).then(
                ({ type, status }) => `${type} ${status}`,
                () => 'refused',
              ),
            ),
          );
          navigator.sendBeacon(`${api}/${sid}/leave`);
          return outcomes;
        },
        { api, sid },
      );
      expect(outcomes).toEqual(Array(8).fill('refused'));
      ann.problems.length = 0;
      await ann.page.reload();
      await ann.say('still in');
      await bob.sees('still in');
    });

    test('cannot open a socket', async ({ ann, met, foreign }) => {
      const sid = sidOf(met.ann.link);
      const page = await visit(ann, foreign, host);
      const closed = await page.evaluate(
        (url) =>
          new Promise((resolve) => {
            const socket = new WebSocket(url);
            socket.addEventListener('open', () => resolve('open'));
            socket.addEventListener('close', ({ code }) => resolve(code));
          }),
        `${ann.base.replace('http', 'ws')}/ws/${sid}`,
      );
      expect(closed).toBe(1006);
    });

    test('cannot load anything of ours as a part of itself', async ({
      ann,
      met: _met,
      foreign,
    }) => {
      const urls = await ann.page.evaluate(() =>
        performance.getEntriesByType('resource').map(({ name }) => name),
      );
      const script = urls.find((url) => /\/assets\/.*\.js$/.test(url));
      const style = urls.find((url) => /\/assets\/.*\.css$/.test(url));
      const page = await visit(ann, foreign, host);
      const loaded = await page.evaluate(
        (sources) =>
          Promise.all(
            sources.map(
              ([tag, name, url]) =>
                new Promise((resolve) => {
                  const element = document.createElement(tag!);
                  if (tag === 'link') element.setAttribute('rel', 'stylesheet');
                  element.addEventListener('load', () => resolve(`loaded ${tag} ${url}`));
                  element.addEventListener('loadeddata', () => resolve(`loaded ${tag} ${url}`));
                  element.addEventListener('error', () => resolve('refused'));
                  element.setAttribute(name!, url!);
                  document.body.append(element);
                }),
            ),
          ),
        [
          ['script', 'src', script!],
          ['script', 'src', `${ann.base}/api/openapi.json`],
          ['script', 'src', `${ann.base}/c`],
          ['img', 'src', `${ann.base}/favicon.svg`],
          ['img', 'src', `${ann.base}/c`],
          ['link', 'href', style!],
          ['video', 'src', `${ann.base}/c`],
        ],
      );
      expect(loaded).toEqual(Array(7).fill('refused'));
      ann.problems.length = 0;
    });

    test('has no hold on ours when it opens it in a window of its own', async ({
      ann,
      met,
      foreign,
    }) => {
      const page = await visit(ann, foreign, host);
      const opening = ann.context.waitForEvent('page');
      await page.evaluate((url) => {
        Object.assign(window, { opened: open(url) });
      }, met.ann.link);
      const window = await opening;
      await expect(window.getByRole('textbox', { name: 'Message' })).toBeVisible();
      expect(await window.evaluate(() => opener === null)).toBe(true);
      // as: put there above
      const isClosed = () =>
        page.evaluate(() => (globalThis as unknown as { opened: Window }).opened.closed);
      await expect.poll(isClosed).toBe(true);
    });
  });
}

test('a link in a message tells the other website neither who opened it nor from where', async ({
  ann,
  bob,
  met: _met,
  foreign,
}) => {
  foreign.pages.set('/told', '');
  await ann.say(`See http://127.0.0.1:${foreign.port}/told`);
  const opening = bob.context.waitForEvent('page');
  await bob.page.getByRole('link', { name: /\/told$/ }).click();
  const window = await opening;
  await expect(window).toHaveTitle('foreign');
  expect(await window.evaluate(() => [opener === null, document.referrer])).toEqual([true, '']);
  const { headers } = foreign.asked.find(({ path }) => path === '/told')!;
  expect([headers.referer, headers.origin]).toEqual([undefined, undefined]);
});

/** Of two people each. */
const NAMES = [
  ['<img src=x onerror=alert(1)>', '"><script>alert(1)</script>'],
  ["' onclick='alert(1)' x='", '</title></h1><h1>{{7*7}}${7*7}'],
  ['&lt;b&gt;&amp;#x202E;', 'javascript:alert(1)'],
  ['שלום <b>עולם</b> 123', 'مرحبا: 5 (1)'],
  ['__proto__', 'constructor'],
] as const;

for (const [name, other] of NAMES) {
  test(`a name is a name on every screen: ${name} and ${other}`, async ({ ann, bob }) => {
    for (const person of [ann, bob]) {
      person.context.on('dialog', (dialog) => {
        // Leaving the cards asks; nothing else does.
        if (dialog.type() !== 'beforeunload') person.problems.push('a script of a name ran');
        void dialog.accept();
      });
    }
    /** Nothing but what our own screens are made of. */
    const isOurs = async ({ page }: Person) => {
      const strange = page.locator(
        'img, b, script:not([src]), iframe, object, embed, [onclick], [onerror]',
      );
      await expect(strange).toHaveCount(0);
      await expect(page).toHaveTitle(/^(\(\d+\) )?Private chat$/);
      await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
    };
    const cards = await ann.createChat(name, other);
    await expect(ann.page.getByRole('heading', { level: 2 })).toHaveText([name, other]);
    for (const one of [name, other]) {
      await expect(
        ann.page.getByRole('button', { name: `Copy ${one}'s link`, exact: true }),
      ).toBeVisible();
      await expect(
        ann.page.getByRole('img', { name: `QR code of ${one}'s link`, exact: true }),
      ).toBeVisible();
    }
    await isOurs(ann);
    await bob.open(cards.bob.link);
    await expect(bob.heading).toHaveText(`Hello ${other}`);
    await expect(
      bob.page.getByText(`${name} wants to chat with you in private.`, { exact: true }),
    ).toBeVisible();
    await isOurs(bob);
    await bob.typeCode(cards.bob.code);
    await expect(bob.heading).toHaveText(name);
    await isOurs(bob);
    await bob.page.emulateMedia({ media: 'print' });
    await expect(bob.heading).toHaveText(name);
    await bob.page.emulateMedia({ media: 'screen' });
    await ann.enter(cards.ann);
    await expect(ann.heading).toHaveText(other);
    await ann.say(name);
    await bob.sees(name);
    await isOurs(bob);
    // With the other's link one is told, by both names, who one is.
    await ann.open(cards.bob.link);
    await expect(
      ann.page.getByText(`You are already in this chat as ${name}.`).first(),
    ).toBeVisible();
    await expect(
      ann.page.getByRole('button', { name: `Leave and enter as ${other}`, exact: true }),
    ).toBeVisible();
    await isOurs(ann);
    await ann.page.getByRole('button', { name: 'End chat' }).click();
    await isOurs(ann);
    await ann.page.getByRole('dialog').getByRole('button', { name: 'End chat' }).click();
    await expect(bob.heading).toHaveText(`${name} ended the chat`);
    await isOurs(bob);
  });
}

test('a name that would turn the words around it is not taken, nor shown if somebody seals it', async ({
  ann,
  bob,
}) => {
  await ann.page.goto(`${ann.base}/`);
  for (const mark of ['\u202e', '\u2066', '\u200f', '\u061c']) {
    await ann.page.getByLabel('Your name').fill(`Ann${mark}nnA`);
    await ann.page.getByLabel('Their name').fill('Bob');
    await ann.page.getByRole('button', { name: 'Create chat' }).click();
    await expect(
      ann.page.getByText('Remove the hidden characters from this name').first(),
    ).toBeVisible();
  }
  const { environment } = createBrowser(ann.base).load();
  const api = createSessionApi({ environment, base: ann.base });
  const made = await createNewSession(api, ['An\u202en', 'Bob']);
  if (made.result !== 'created') throw new Error(made.result);
  await bob.open(made.participants[1].link);
  await expect(bob.page.getByText('Guest wants to chat with you in private.')).toBeVisible();
  expect(await bob.page.locator('body').innerText()).not.toContain('\u202e');
});

test('what looks like an address and is none, or leads elsewhere than it says, is no link', async ({
  ann,
  bob,
  met: _met,
}) => {
  const none = [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\tscript:alert(1)',
    '\u0001javascript:alert(1)',
    'javascript://example.org/%0aalert(1)',
    'data:text/html,<script>alert(1)</script>',
    'DATA:text/html;base64,PHNjcmlwdD4=',
    'vbscript:msgbox(1)',
    'file:///etc/passwd',
    'view-source:https-example',
    'ftp://example.org/',
    'tel:+1',
    'intent://example.org#Intent;end',
    'http:/example.org',
    'http:example.org',
    '//example.org/x',
    'hxxps://example.org',
    'ht\u200btps://example.org',
    'http\u2236//example.org',
    'https://',
    'https://[::1',
    'example.org',
  ];
  await ann.say(none.join('\n'));
  await ann.say('last of these');
  await bob.sees('last of these');
  await expect(bob.page.getByRole('listitem').getByRole('link')).toHaveCount(0);

  const ones: [string, string, string][] = [
    ['HTTPS://EXAMPLE.org/A', 'HTTPS://EXAMPLE.org/A', 'https://example.org/A'],
    ['https://example.org/\u202egnp.exe', 'https://example.org/', 'https://example.org/'],
    ['https://example.org/\u0000x', 'https://example.org/', 'https://example.org/'],
    ['https://example.org">x', 'https://example.org', 'https://example.org/'],
    [
      'https://example.org/?javascript:alert(1)',
      'https://example.org/?javascript:alert(1)',
      'https://example.org/?javascript:alert(1)',
    ],
    // Only the plain address in it leads anywhere.
    ['blob:https://example.org/x', 'https://example.org/x', 'https://example.org/x'],
    ['javascript:https://example.org/', 'https://example.org/', 'https://example.org/'],
    // Letters that look the same: the address that is opened says what it is.
    ['https://аpple.example/', 'https://аpple.example/', 'https://xn--pple-43d.example/'],
    ['https://example。org/', 'https://example。org/', 'https://example.org/'],
    ['https://ⓔxample.org/', 'https://ⓔxample.org/', 'https://example.org/'],
  ];
  for (const [said] of ones) await ann.say(said);
  const links = bob.page.getByRole('listitem').getByRole('link');
  await expect(links).toHaveText(ones.map(([, shown]) => shown));
  for (const [index, [, , href]] of ones.entries()) {
    await expect(links.nth(index)).toHaveAttribute('href', href);
    await expect(links.nth(index)).toHaveAttribute('rel', 'noopener noreferrer');
  }
});

test('cookies tossed by a sibling host put nobody out and make nobody the other', async ({
  newPerson,
  serve,
  foreign,
}) => {
  const server = await serve({});
  // Over plain http: on https the name of the cookie keeps others out.
  const base = `http://chat.duo.test:${server.port}`;
  const [ann, bob] = [await newPerson(base), await newPerson(base)];
  const { ann: card } = await meet(ann, bob);
  const sid = sidOf(card.link);
  const name = `duologue-${sid}`;
  const passOf = async ({ context }: Person) =>
    (await context.cookies()).find((cookie) => cookie.name === name)!.value;
  const own = await passOf(bob);
  const paths = ['/', '/ws', `/ws/${sid}`, '/api', `/api/sessions/${sid}`];
  foreign.pages.set('/toss', 'tossed');
  for (const [index, value] of ['x', own, `${await passOf(ann)}x`].entries()) {
    foreign.cookies.set(
      '/toss',
      paths.map((path) => `${name}=${value}; Domain=duo.test; Path=${path}`),
    );
    const page = await ann.context.newPage();
    await page.goto(`http://evil.duo.test:${foreign.port}/toss`);
    await page.close();
    await ann.page.reload();
    await expect(ann.heading).toHaveText('Bob');
    await ann.say(`still Ann ${index}`);
    await bob.sees(`still Ann ${index}`);
    await expect(ann.page.getByText('You are already in this chat')).toHaveCount(0);
  }
  expect((await ann.context.cookies()).filter((cookie) => cookie.name === name)).toHaveLength(6);
  await expect(ann.page.locator('.message-mine .bubble-text')).toHaveCount(3);
  await expect(bob.page.locator('.message-mine .bubble-text')).toHaveCount(0);
});
