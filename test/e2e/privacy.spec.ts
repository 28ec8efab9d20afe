// What others get to see of a chat: no third party anything, the server, its log and its store
// only what is sealed. The store is a real Redis that two servers share.
import type { BrowserContext } from '@playwright/test';
import * as crypto from '../support/independent-crypto.ts';
import { landing } from '../support/independent-http.ts';
import { startRedis } from '../support/redis.ts';
import { expect, test } from './support/fixtures.ts';
import type { Card } from './support/person.ts';
import { spellingsOf, spellingsOfText } from './support/spellings.ts';
import { startTap } from './support/tap.ts';
import { watchStore } from './support/watched-store.ts';

const NAMES = ['Théodora Quillfeather', 'Ignatius Featherstone'] as const;
const SAID = [
  'the heron stands in the rushes',
  'größer als der Mond 🌒',
  'an unsent thought',
] as const;

test('44 nobody else is asked for anything, and the policy is never broken', async ({
  newPerson,
  places,
}) => {
  const [ann, bob] = [await newPerson(places.ann.base), await newPerson(places.bob.base)];
  const asked = new Set<string>();
  for (const person of [ann, bob]) {
    record(person.context, asked);
    await person.openTab();
  }
  const cards = await ann.createChat();
  await expect(ann.page.getByRole('img', { name: /^QR code/ })).toHaveCount(2);
  await ann.page.getByRole('button', { name: "Copy Bob's link" }).click();
  await ann.page.getByRole('button', { name: 'Open as Ann' }).click();
  await bob.enter(cards.bob);
  await ann.say('See https://example.org/picture.png and <img src="https://example.org/x.png">');
  await expect(bob.page.getByRole('link')).toHaveCount(2);
  await bob.page.reload();
  await expect(bob.page.getByRole('link')).toHaveCount(2);
  await bob.endChat();
  await expect(ann.page.getByRole('heading', { level: 1 })).toHaveText('Bob ended the chat');

  const { host } = new URL(places.ann.base);
  expect([...asked].toSorted()).toEqual([`http://${host}`, `ws://${host}`]);
  // That the policy was never broken is looked at after every test; here, that it would be seen.
  await ann.page.evaluate(() => fetch('https://example.org/').catch(() => {}));
  await expect.poll(() => ann.violations).toEqual(['connect-src https://example.org/']);
  ann.takeViolations();
});

test('what Redis, the log and the wire get holds no name, word, key, code or pass', async ({
  newPerson,
  serve,
}) => {
  const redis = await startRedis();
  const env = { REDIS_URL: redis.url };
  const servers = await Promise.all([serve(env), serve(env)]);
  const taps = await Promise.all(servers.map(({ base }) => startTap(base)));
  const store = await watchStore(redis.url);
  const ann = await newPerson(taps[0]!.base);
  const bob = await newPerson(taps[1]!.base);

  const cards = await ann.createChat(...NAMES);
  const { sid } = crypto.parseLink(cards.ann.link);
  const secrets = [
    ...(await secretsOf(cards.ann, servers[0].base)),
    ...(await secretsOf(cards.bob, servers[1].base)),
  ];
  await bob.open(cards.bob.link);
  await bob.typeCode('0000-0000');
  await expect(bob.page.getByText('4 tries left.')).toBeVisible();
  await bob.enter(cards.bob);
  await ann.enter(cards.ann);
  await ann.composer.pressSequentially(SAID[0]);
  await ann.composer.press('Enter');
  await bob.sees(SAID[0]);
  await bob.say(SAID[1]);
  await expect(bob.message(SAID[1]).getByText('Read', { exact: true })).toBeVisible();
  await ann.composer.fill(SAID[2]);
  await ann.page.reload();
  await ann.sees(SAID[1]);
  const passes = [...(await ann.context.cookies()), ...(await bob.context.cookies())];
  expect(passes).toHaveLength(2);
  await store.sample();
  expect(await store.keys()).toContain(`duologue:{${sid}}`);

  await ann.endChat();
  await expect(bob.page.getByRole('heading', { level: 1 })).toHaveText(
    `${NAMES[0]} ended the chat`,
  );
  expect((await store.keys()).filter((key) => key.includes(sid))).toEqual([
    `duologue:{${sid}}:ended`,
  ]);
  const { commands, values, withoutTtl, samples } = await store.stop();
  const wire = taps.flatMap((tap) => tap.heard());
  await Promise.all(taps.map((tap) => tap.stop()));
  await redis.stop();

  expect(withoutTtl).toEqual([]);
  expect(samples).toBeGreaterThan(10);
  const log = servers.flatMap(({ output }) => output).join('\n');
  const stored = [...commands, ...values].join('\n');
  // What was written down has all it should have, in spellings that are looked for below.
  expect(log).toContain('/enter');
  expect(stored).toContain(sid);
  expect(headsOf(wire.join('\n'))).toContain('GET /c HTTP/1.1');

  const words = [...NAMES, ...SAID].flatMap(spellingsOfText);
  const codes = [cards.ann, cards.bob].flatMap(({ code }) => [
    ...spellingsOfText(code),
    ...spellingsOfText(code.replace('-', '')),
  ]);
  const keys = secrets.flatMap(spellingsOf);
  const cookies = passes.map(({ value }) => value);
  const proofs = [cards.ann, cards.bob].flatMap(({ link }) =>
    spellingsOf(crypto.linkKeys(crypto.parseLink(link)).proof),
  );
  const all = wire.join('\n');
  expect(found(all, [...cookies, ...codes, ...proofs]).length).toBeGreaterThanOrEqual(6);
  expect(found(log, [...words, ...codes, ...keys, ...cookies, ...proofs, sid])).toEqual([]);
  expect(found(stored, [...words, ...codes, ...keys, ...cookies, ...proofs])).toEqual([]);
  for (const stream of wire) {
    // Codes and proofs stand in the bodies of enter, and passes in the headers of calls.
    expect(found(stream, [...words, ...keys])).toEqual([]);
    expect(found(headsOf(stream), [...codes, ...proofs])).toEqual([]);
  }
});

function record(context: BrowserContext, asked: Set<string>): void {
  context.on('request', (request) => asked.add(new URL(request.url()).origin));
  context.on('page', (page) =>
    page.on('websocket', (socket) => asked.add(new URL(socket.url()).origin)),
  );
}

/** What only the two may know: the link's secret and all that follows from it but the proof. */
async function secretsOf({ link }: Card, base: string): Promise<Uint8Array[]> {
  const parts = crypto.parseLink(link);
  const { wrap } = crypto.linkKeys(parts);
  const { slot, key } = (await landing(base, link)) as { slot: crypto.Slot; key: string };
  const place = { kind: 'key', sid: parts.sid, slot, id: '' } as const;
  const sessionKey = crypto.open(wrap, place, crypto.decode(key));
  return [
    parts.secret,
    wrap,
    sessionKey,
    ...Object.values(crypto.sessionKeys(sessionKey, parts.sid)),
  ];
}

function found(text: string, needles: readonly string[]): string[] {
  return needles.filter((needle) => text.includes(needle));
}

/** The request lines and headers in what a connection sent. */
function headsOf(stream: string): string {
  const heads = stream.match(/^(GET|POST|PUT|DELETE) \S+ HTTP\/1\.1\r\n(.+\r\n)*/gm);
  return (heads ?? []).join('\n');
}
