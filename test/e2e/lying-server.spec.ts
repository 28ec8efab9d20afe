// What people see of a server that lies: frames are altered between it and Ann's browser. A plain
// sentence that stays, told once to those who hear it, and every message that came, in its place.
import { otherSlot, type Entry, type ServerFrame } from '../../server/protocol/frames.ts';
import { barriersOf } from './support/barriers.ts';
import { expect, meet, test, type Person } from './support/fixtures.ts';
import { tapWire, type Wire } from './support/wire.ts';

const SENTENCE = 'The server changed or hid messages. Do not rely on what you read here.';
const UNREADABLE = 'This message could not be decrypted.';

interface Trick {
  what: string;
  /** What Ann is told in place of Bob's second and third messages. */
  tell: (two: Entry, three: Entry) => Entry[];
  /** Her screen then. */
  texts: readonly string[];
}

const TRICKS: readonly Trick[] = [
  {
    what: 'drops a message',
    tell: (two, three) => [{ ...three, seq: two.seq }],
    texts: ['one', 'three'],
  },
  {
    what: 'swaps two messages',
    tell: (two, three) => [
      { ...three, seq: two.seq },
      { ...two, seq: three.seq },
    ],
    texts: ['one', 'three', 'two'],
  },
  {
    what: 'alters a box',
    tell: (two, three) => [{ ...two, box: altered(two.box ?? '') }, three],
    texts: ['one', UNREADABLE, 'three'],
  },
  {
    what: 'gives a message to the other author',
    tell: (two, three) => [{ ...two, slot: otherSlot(two.slot) }, three],
    texts: ['one', UNREADABLE, 'three'],
  },
];

// Most of the time goes into axe.
test.describe.configure({ timeout: 120_000 });

for (const { what, tell, texts } of TRICKS) {
  test(`[EV11] a server that ${what} is said to have lied, and nothing is hidden`, async ({
    newPerson,
    places,
    bob,
  }) => {
    // Without motion, so that nothing is looked at while it fades.
    const ann = await newPerson(places.ann.base, { reducedMotion: 'reduce' });
    const wire = await tapWire(ann.context);
    await meet(ann, bob);
    await bob.say('one');
    await ann.sees('one');
    await expect(sentence(ann)).toHaveCount(0);
    await countAlerts(ann);

    lie(wire, tell);
    for (const text of ['two', 'three']) {
      await bob.say(text);
      await bob.sees(text);
    }
    await expect(sentence(ann)).toBeVisible();
    await expect(ann.page.locator('.bubble-text')).toHaveText([...texts]);
    const band = ann.page.locator('.banners .notice').filter({ hasText: SENTENCE });
    await expect(band.getByRole('button')).toHaveCount(0);
    expect(await barriersOf(ann.page)).toEqual([]);

    // What she answers carries what she was told: now Bob knows as well, and can read her.
    await ann.say('What was that?');
    await bob.sees('What was that?');
    await expect(sentence(bob)).toBeVisible();
    await expect(bob.page.locator('.bubble-text')).toHaveText([
      ...['one', 'two', 'three', 'What was that?'],
    ]);
    await bob.say('Something is wrong');
    await ann.sees('Something is wrong');
    await expect(ann.page.getByRole('alert')).toHaveText(SENTENCE);
    expect(await alerts(ann)).toBe(1);

    // Also where the server has told the truth since: what Ann said stands in the log.
    for (const person of [ann, bob]) {
      await person.page.reload();
      await person.sees('Something is wrong');
      await expect(sentence(person)).toBeVisible();
      await expect(person.page.getByRole('alert')).toHaveText(SENTENCE);
    }
  });
}

function sentence({ page }: Person) {
  return page.locator('.banners').getByText(SENTENCE, { exact: true });
}

/** Bob's next two messages are told as something else; whatever follows is numbered on from there. */
function lie(wire: Wire, tell: Trick['tell']): void {
  const held: Entry[] = [];
  let missing = 0;
  const tellPage = (entries: readonly Entry[]) => {
    for (const entry of entries) wire.tellPage({ type: 'entry', ...entry });
  };
  wire.toPage = (frame: ServerFrame) => {
    if (frame.type !== 'entry') return true;
    const { type: _, ...entry } = frame;
    if (held.length === 2) {
      tellPage([{ ...entry, seq: entry.seq - missing }]);
      return false;
    }
    held.push(entry);
    const [two, three] = held;
    if (two && three) {
      const told = tell(two, three);
      missing = held.length - told.length;
      tellPage(told);
    }
    return false;
  };
}

function altered(box: string): string {
  const middle = box.length >> 1;
  return box.slice(0, middle) + (box[middle] === 'A' ? 'B' : 'A') + box.slice(middle + 1);
}

/** How often the words of the region that interrupts a screen reader have changed. */
async function countAlerts({ page }: Person): Promise<void> {
  await page.getByRole('alert').evaluate((region: HTMLElement) => {
    const count = () => {
      const { dataset } = document.documentElement;
      dataset['alerts'] = String(Number(dataset['alerts'] ?? 0) + 1);
    };
    new MutationObserver(count).observe(region, {
      childList: true,
      characterData: true,
      subtree: true,
    });
  });
}

async function alerts({ page }: Person): Promise<number> {
  return Number(await page.locator('html').getAttribute('data-alerts'));
}
