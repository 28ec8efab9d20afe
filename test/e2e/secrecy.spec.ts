// What leaves the browser: nothing that could open a message, and no message that is not sealed.
import type { BrowserContext, Request } from '@playwright/test';
import { fromBase64Url } from '../../server/protocol/encoding.ts';
import { openKey } from '../../server/protocol/envelope/session-boxes.ts';
import { deriveLinkKeys, deriveSessionKeys } from '../../server/protocol/envelope/keys.ts';
import { parsePastedLink } from '../../web/core/session-link.ts';
import { expect, test } from './support/fixtures.ts';
import type { Card } from './support/person.ts';
import { spellingsOf, spellingsOfText } from './support/spellings.ts';

/** Long enough that none can stand in a box by chance. */
const NAMES = ['Annabella Quillfeather', 'Bartholomew Overbeck'] as const;
const SAID = ['the heron stands in the reeds', 'nobody saw it land', 'an unfinished thought'];

interface Sent {
  what: string;
  text: string;
}

/** Everything that leaves the pages of a browser or reaches them by socket, as text. */
function record(context: BrowserContext, sent: Sent[], reading: Promise<void>[]): void {
  context.on('request', (request) => reading.push(readRequest(request, sent)));
  context.on('page', (page) => {
    page.on('websocket', (socket) => {
      sent.push({ what: 'socket', text: socket.url() });
      const keep = ({ payload }: { payload: string | Buffer }) =>
        sent.push({ what: 'frame', text: String(payload) });
      socket.on('framesent', keep);
      socket.on('framereceived', keep);
    });
  });
}

async function readRequest(request: Request, sent: Sent[]): Promise<void> {
  const what = `${request.method()} ${new URL(request.url()).pathname}`;
  const headers = JSON.stringify(await request.allHeaders());
  sent.push({ what, text: `${request.url()}\n${headers}` });
  sent.push({ what: `body of ${what}`, text: request.postData() ?? '' });
}

test('11 nothing that leaves the browser holds a key, a name or a word', async ({
  newPerson,
  places,
  request,
}) => {
  const sent: Sent[] = [];
  const reading: Promise<void>[] = [];
  const [ann, bob] = [await newPerson(places.ann.base), await newPerson(places.bob.base)];
  for (const person of [ann, bob]) {
    record(person.context, sent, reading);
    // The tab that was there before the recording began.
    await person.page.close();
    await person.openTab();
  }

  const cards = await ann.createChat(...NAMES);
  const secrets = await secretsOf(cards.ann, cards.bob, ann.base, request);
  await bob.enter(cards.bob);
  await ann.enter(cards.ann);
  await expect(ann.heading).toHaveText(NAMES[1]);
  await ann.composer.pressSequentially(SAID[0]!);
  await expect(bob.page.getByText('Typing…')).toBeVisible();
  await ann.composer.press('Enter');
  await bob.sees(SAID[0]!);
  await bob.say(SAID[1]!);
  await expect(bob.message(SAID[1]!).getByText('Read', { exact: true })).toBeVisible();
  await ann.composer.fill(SAID[2]!);
  await ann.page.reload();
  await expect(ann.composer).toHaveValue(SAID[2]!);
  await ann.endChat();
  await expect(bob.heading).toHaveText(`${NAMES[0]} ended the chat`);
  await Promise.all(reading);

  await test.step('the recording has what it should', () => {
    const { sid } = parsePastedLink(cards.ann.link)!;
    const kinds = new Set(sent.map(({ what }) => what));
    for (const call of ['', `/${sid}/landing`, `/${sid}/enter`]) {
      expect(kinds).toContain(`POST /api/sessions${call}`);
    }
    const frames = sent.filter(({ what }) => what === 'frame').map(({ text }) => text);
    for (const type of ['hello', 'send', 'entry', 'receipt', 'typing', 'end', 'ended']) {
      expect(frames.some((text) => text.startsWith(`{"type":"${type}"`))).toBe(true);
    }
  });

  const find = (secret: string) => sent.filter(({ text }) => text.includes(secret));
  for (const secret of secrets) expect(find(secret), 'key material').toEqual([]);
  for (const word of [...NAMES, ...SAID]) {
    for (const spelling of spellingsOfText(word)) expect(find(spelling), word).toEqual([]);
  }
  for (const { code } of [cards.ann, cards.bob]) {
    // Where it belongs, and nowhere else.
    const holders = [...find(code), ...find(code.replace('-', ''))].map(({ what }) => what);
    expect(holders).toHaveLength(1);
    expect(holders[0]).toMatch(/^body of POST \/api\/sessions\/[\w-]+\/enter$/);
  }

  await test.step("nor does the server's log, which knows even less", () => {
    const log = [...places.ann.output, ...places.bob.output].join('\n');
    const { sid } = parsePastedLink(cards.ann.link)!;
    expect(log).toContain('/enter');
    for (const word of [sid, cards.ann.code, cards.bob.code, ...NAMES, ...SAID, ...secrets]) {
      expect(log).not.toContain(word);
    }
  });
});

/** Both link secrets, the session key, and all that is derived from them but the proof. */
async function secretsOf(
  ann: Card,
  bob: Card,
  base: string,
  api: { post: (url: string, options: object) => Promise<{ json(): Promise<unknown> }> },
): Promise<string[]> {
  const found: Uint8Array[] = [];
  const fragments: string[] = [];
  for (const { link } of [ann, bob]) {
    const parts = parsePastedLink(link)!;
    const { proof, wrap } = deriveLinkKeys(parts.secret, parts.sid);
    const answer = await api.post(`${base}/api/sessions/${parts.sid}/landing`, {
      data: { proof: Buffer.from(proof).toString('base64url') },
    });
    const { slot, key } = (await answer.json()) as { slot: 'a' | 'b'; key: string }; // as: of ours
    const sessionKey = openKey(wrap, parts.sid, slot, key);
    if (!sessionKey) throw new Error('the key does not open');
    fragments.push(new URL(link).hash.slice(1));
    found.push(fromBase64Url(fragments.at(-1)!)!, parts.secret, wrap, sessionKey);
    found.push(...bytesIn(deriveSessionKeys(sessionKey, parts.sid)));
  }
  expect(found.length).toBeGreaterThanOrEqual(20);
  return [...fragments, ...found.flatMap(spellingsOf)];
}

/** Every key of a nested record of keys. */
function bytesIn(keys: unknown): Uint8Array[] {
  if (keys instanceof Uint8Array) return [keys];
  return typeof keys === 'object' && keys !== null ? Object.values(keys).flatMap(bytesIn) : [];
}
