// Being told of new messages while looking elsewhere: only when asked for, and without a word of
// what was written, or by whom. The browser's own alerts are replaced by ones that can be counted.
import { attention } from './support/attention.ts';
import { expect, meet, test, type Person } from './support/fixtures.ts';

interface Shown {
  title: string;
  options: unknown;
  isOpen: boolean;
}

interface Seen {
  /** How often permission was asked for. */
  asked: number;
  shown: Shown[];
  tones: number;
}

/** `answer`: what the person says when the browser asks. */
async function countAlerts({ context }: Person, answer: NotificationPermission): Promise<void> {
  await context.addInitScript((answer) => {
    const seen: Seen = { asked: 0, shown: [], tones: 0 };
    class CountedAlert extends EventTarget {
      static permission: NotificationPermission = 'default';
      static async requestPermission() {
        seen.asked += 1;
        return (CountedAlert.permission = answer);
      }
      shown: Shown;
      constructor(title: string, options: unknown) {
        super();
        this.shown = { title, options, isOpen: true };
        seen.shown.push(this.shown);
      }
      close() {
        this.shown.isOpen = false;
      }
    }
    // oxlint-disable-next-line typescript/unbound-method -- called on the one it belongs to
    const { start } = OscillatorNode.prototype;
    OscillatorNode.prototype.start = function (when) {
      seen.tones += 1;
      start.call(this, when);
    };
    Object.assign(window, { Notification: CountedAlert, seen });
  }, answer);
}

// as: put there above
const seenBy = ({ page }: Person) =>
  page.evaluate(() => (window as unknown as { seen: Seen }).seen);

const turnOn = ({ page }: Person) => page.getByRole('button', { name: 'Turn on alerts' });
const notNow = ({ page }: Person) => page.getByRole('button', { name: 'Not now' });

async function openSettings({ page }: Person): Promise<void> {
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('button', { name: 'Settings' }).click();
}

test('34 no permission is asked before a press, and an alert says nothing of the chat', async ({
  ann,
  bob,
}) => {
  await countAlerts(ann, 'granted');
  const { lookAway, lookAgain } = await attention(ann);
  await meet(ann, bob);
  await bob.say('before any alert');
  await ann.sees('before any alert');
  await expect(turnOn(ann)).toHaveCount(0);
  await ann.say('my first');
  await turnOn(ann).waitFor();
  expect(await seenBy(ann)).toEqual({ asked: 0, shown: [], tones: 0 });
  await turnOn(ann).click();
  await expect(turnOn(ann)).toHaveCount(0);
  await expect(ann.composer).toBeFocused();

  // Whoever looks sees the message itself.
  await bob.say('in plain sight');
  await expect(bob.message('in plain sight').getByText('Read', { exact: true })).toBeAttached();
  expect(await seenBy(ann)).toEqual({ asked: 1, shown: [], tones: 0 });

  await lookAway();
  await bob.say('a secret of ours');
  const alert = {
    title: 'Private chat',
    options: { body: 'New message. Open to read.', silent: true, tag: expect.any(String) },
  };
  await expect.poll(() => seenBy(ann)).toMatchObject({ shown: [{ ...alert, isOpen: true }] });
  await bob.say('and another');
  await expect
    .poll(() => seenBy(ann))
    .toMatchObject({ shown: [alert, { ...alert, isOpen: true }], tones: 0 });
  const { shown } = await seenBy(ann);
  expect(shown[1]?.options).toEqual(shown[0]?.options);
  expect(JSON.stringify(shown)).not.toMatch(/Bob|Ann|secret|another/);

  await lookAgain();
  await expect.poll(async () => (await seenBy(ann)).shown[1]?.isOpen).toBe(false);
});

test('34 "Not now" is kept; the menu offers alerts all the same, and takes them back', async ({
  ann,
  bob,
}) => {
  await countAlerts(ann, 'granted');
  await meet(ann, bob);
  await ann.say('my first');
  await notNow(ann).click();
  await ann.page.reload();
  await ann.say('my second');
  await bob.sees('my second');
  await expect(turnOn(ann)).toHaveCount(0);

  await openSettings(ann);
  const alerts = ann.page.getByRole('checkbox', { name: /^Alerts/ });
  await expect(alerts).not.toBeChecked();
  expect(await seenBy(ann)).toEqual({ asked: 0, shown: [], tones: 0 });
  await alerts.check();
  await expect(alerts).toBeChecked();
  expect((await seenBy(ann)).asked).toBe(1);
  await alerts.uncheck();
  await ann.page.getByRole('button', { name: 'Done' }).click();
  const { lookAway } = await attention(ann);
  await lookAway();
  await bob.say('nobody is told');
  await expect(ann.page).toHaveTitle('(1) Private chat');
  expect((await seenBy(ann)).shown).toEqual([]);
});

test('34 who tells the browser no is told where that can be changed', async ({ ann, bob }) => {
  await countAlerts(ann, 'denied');
  await meet(ann, bob);
  await openSettings(ann);
  const alerts = ann.page.getByRole('checkbox', { name: /^Alerts/ });
  await alerts.click();
  await expect(ann.page.getByText('Your browser blocks alerts here.')).toBeVisible();
  await expect(alerts).not.toBeChecked();
});

test('34 a tone is heard once it was asked for, and by who looks elsewhere', async ({
  ann,
  bob,
}) => {
  await countAlerts(ann, 'denied');
  await meet(ann, bob);
  await openSettings(ann);
  await ann.page.getByRole('checkbox', { name: /^Sound/ }).check();
  // So that one knows it.
  expect((await seenBy(ann)).tones).toBe(1);
  await ann.page.getByRole('button', { name: 'Done' }).click();
  await bob.say('in plain sight');
  await expect(bob.message('in plain sight').getByText('Read', { exact: true })).toBeAttached();
  const { lookAway } = await attention(ann);
  await lookAway();
  await bob.say('elsewhere');
  await expect.poll(seenBy.bind(null, ann)).toMatchObject({ tones: 2, shown: [] });
});

test('34 an alert goes when the chat does', async ({ ann, bob }) => {
  await countAlerts(ann, 'granted');
  await meet(ann, bob);
  await ann.say('my first');
  await turnOn(ann).click();
  const { lookAway } = await attention(ann);
  await lookAway();
  await bob.say('the last');
  await expect.poll(() => seenBy(ann)).toMatchObject({ shown: [{ isOpen: true }] });
  await bob.endChat();
  await expect.poll(() => seenBy(ann)).toMatchObject({ shown: [{ isOpen: false }] });
});
