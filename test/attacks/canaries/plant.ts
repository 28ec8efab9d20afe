/**
 * Chats full of canaries: made in both ways, wrong codes tried, entered, talked in. All that is
 * secret about them is noted down.
 */
import { hkdfSync } from 'node:crypto';
import { compactDecrypt } from 'jose';
import * as crypto from '../../support/independent-crypto.ts';
import { landing } from '../../support/independent-http.ts';
import { createRawSession } from '../../support/raw-client.ts';
import { createBrowser } from '../../faults/world/browser.ts';
import { createPair, createPairOf, enterIn, meetIn, messagesOf } from '../../faults/world/pair.ts';
import type { Device, Invitations, Meeting, Pair } from '../../faults/world/pair.ts';
import type { Random } from '../../faults/world/random.ts';
import { Decided, persist, until } from '../../faults/world/until.ts';
import type { WatchedRedis } from './watched-redis.ts';
import { drawMessage, drawText, type Canaries, type Kind } from './canaries.ts';

export interface Garden {
  canaries: Canaries;
  random: Random;
  bases: Readonly<Record<crypto.Slot, string>>;
  cookieSecret: string;
  /** Boxes that are canaries already. */
  noted: Set<string>;
}

const SLOTS = ['a', 'b'] as const;

/** Everything is sealed by the page. */
export async function plantByPage(garden: Garden, idle?: string): Promise<Pair> {
  const { canaries, random, bases } = garden;
  const names: [string, string] = [drawText(random, 18), drawText(random, 18)];
  for (const name of names) canaries.text('sealed', 'a name', name);
  const pair = await createPair(bases.a, idle, names);
  await noteKeys(canaries, bases.a, pair, 'sealed');
  return pair;
}

/** The server makes everything and forgets it. */
export async function plantByServer(garden: Garden): Promise<Pair> {
  const { canaries, random, bases } = garden;
  const names: [string, string] = [drawText(random, 18), drawText(random, 18)];
  for (const name of names) canaries.text('passing', 'a name the server was told', name);
  const { sid, a, b } = await persist(() => createRawSession(bases.b, undefined, names));
  const links = { a: a.link, b: b.link };
  const pair = createPairOf(bases.a, { sid, links, codes: { a: a.code, b: b.code } });
  await noteKeys(canaries, bases.a, pair, 'passing');
  return pair;
}

/** All that two links are and lead to; `kind`: of their secrets and keys. */
export async function noteKeys(
  canaries: Canaries,
  base: string,
  pair: Invitations,
  kind: Kind,
): Promise<void> {
  canaries.text('id', 'the id of a session', pair.sid);
  for (const slot of SLOTS) {
    const parts = crypto.parseLink(pair.links[slot]);
    const { proof, wrap } = crypto.linkKeys(parts);
    canaries.bytes(kind, 'the secret of a link', parts.secret);
    canaries.bytes(kind, 'the wrap key of a link', wrap);
    canaries.bytes('passing', 'a proof', proof);
    canaries.text('passing', 'a code', pair.codes[slot]);
    canaries.text('passing', 'a code without its dash', pair.codes[slot].replace('-', ''));
    if (slot === 'b') continue;
    const { key } = await persist(() => landing(base, pair.links[slot]));
    const place = { kind: 'key', sid: pair.sid, slot, id: '' } as const;
    const sessionKey = crypto.open(wrap, place, crypto.decode(String(key)));
    canaries.bytes(kind, 'the key of a session', sessionKey);
    for (const [name, bytes] of Object.entries(crypto.sessionKeys(sessionKey, pair.sid))) {
      canaries.bytes(kind, `the key ${name}`, bytes);
    }
  }
}

/** A wrong code of each, then both enter, at different nodes. */
export async function enterBoth(garden: Garden, pair: Pair): Promise<Meeting> {
  for (const slot of SLOTS) await tryWrongCode(garden, pair, slot);
  const { a, b } = garden.bases;
  const meeting = await meetIn(pair, { a: { base: a }, b: { base: b } });
  const { canaries, cookieSecret } = garden;
  for (const { browser } of pair.devices) {
    await notePass(canaries, { cookieSecret, sid: pair.sid, cookie: browser.cookies() });
  }
  return meeting;
}

async function tryWrongCode({ canaries, bases }: Garden, pair: Pair, slot: crypto.Slot) {
  const right = pair.codes[slot];
  const wrong = (right.startsWith('0') ? '1' : '0') + right.slice(1);
  canaries.text('passing', 'a wrong code', wrong);
  try {
    await persist(() => enterIn(createBrowser(bases[slot]), pair.links[slot], wrong));
  } catch (error) {
    if (error instanceof Decided && error.answer.result === 'wrong_code') return;
    throw error;
  }
  throw new Error('a wrong code was right');
}

interface PassParts {
  cookieSecret: string;
  sid: string;
  /** Name and value. */
  cookie: string;
}

/** The whole cookie but for the head that all have, and the id that is sealed in it. */
export async function notePass(canaries: Canaries, { cookieSecret, sid, cookie }: PassParts) {
  const [, value = ''] = cookie.split('=');
  const [head = '', wrapped, ...rest] = value.split('.');
  canaries.text('passing', 'a pass', rest.join('.'));
  const key = new Uint8Array(hkdfSync('sha256', cookieSecret, '', 'duologue/v1/pass', 32));
  const { plaintext } = await compactDecrypt(value, key);
  const inside = JSON.parse(Buffer.from(plaintext).toString()) as { id: string }; // as: what passes.ts seals
  canaries.text('passing', 'the id of a pass', inside.id);
  const shown = JSON.parse(Buffer.from(head, 'base64url').toString()) as unknown;
  const hasOnlyHow = JSON.stringify(shown) === '{"alg":"dir","enc":"A256GCM"}' && wrapped === '';
  const segments = rest.map((one) => Buffer.from(one, 'base64url').toString('latin1'));
  const says = segments.some((one) => [sid, inside.id, 'slot'].some((part) => one.includes(part)));
  if (!hasOnlyHow || says) throw new Error('a pass can be read');
}

/** Both write, type and read; one message is taken back. */
export async function talk({ canaries, random }: Garden, { ann, bob, devices }: Meeting) {
  const say = (device: Device) => {
    const text = drawMessage(random);
    canaries.text('sealed', 'a message', text);
    device.chat.typing(true);
    return device.say(text);
  };
  const texts = [ann, bob, ann, bob].map(say);
  await until('everything is stored', () => devices.every((device) => device.isQuiet()));
  const [first] = texts;
  if (first === undefined || first === null) throw new Error('a message was not taken');
  ann.remove(first);
  for (const { chat } of devices) {
    chat.typing(false);
    chat.markRead(texts.length);
  }
  const isRemoved = ({ chat }: Device) =>
    messagesOf(chat).some(({ cid, body }) => cid === first && body.kind === 'unsent');
  await until('both see it removed', () => devices.every(isRemoved));
}

/** Every box that a device has written or was given so far. */
export function noteBoxes({ canaries, noted }: Garden, { recorder }: Pair): void {
  const boxes = recorder.events.flatMap((event) =>
    event.type === 'wrote' ? [event.box] : event.type === 'got' ? [event.entry.box ?? ''] : [],
  );
  for (const box of boxes) {
    if (box === '' || noted.has(box)) continue;
    noted.add(box);
    canaries.box('the box of a message', box);
  }
}

/** What Redis has of the two while their chat lives. */
export async function noteStored({ canaries }: Garden, { admin }: WatchedRedis, { sid }: Pair) {
  const fields = await admin.hgetall(`duologue:{${sid}}`);
  for (const slot of SLOTS) {
    const field = (name: string) => fields[`${slot}:${name}`] ?? '';
    if (field('key') === '') continue; // over already
    canaries.box('a key box', field('key'));
    canaries.box('the box of a name', field('name'));
    // Without what says how it was made.
    canaries.text('stored', 'the hash of a code', field('code').slice(7));
    canaries.text('stored', 'the hash of a proof', field('proof'));
    for (const pass of field('passes').split(' ')) {
      if (pass !== '') canaries.text('stored', 'the hash of a pass', pass);
    }
  }
}
