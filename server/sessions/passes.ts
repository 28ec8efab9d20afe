/**
 * Passes: encrypted cookies (JWE, dir/A256GCM) that say "this browser is slot a of session X".
 * What is inside holds only together with the store's list of passes, from which leaving,
 * renewing and the end remove them.
 */
import { createHash, hkdfSync } from 'node:crypto';
import { CompactEncrypt, compactDecrypt } from 'jose';
import { nanoid } from 'nanoid';
import type { Slot } from '../protocol/frames.ts';
import { isRecord, isSlot } from '../protocol/shape.ts';
import type { SessionRecord } from '../store/store.ts';

export interface Pass {
  slot: Slot;
  /** SHA-256 of the pass's random id, as the store lists it. */
  passHash: string;
}

/** The cookies of a request, and whether the browser came by https. */
export interface CookieJar {
  /** Name → its values: another host of the same domain may have put one of that name beside ours. */
  cookies: ReadonlyMap<string, readonly string[]>;
  secure: boolean;
}

/** A cookie to set, or with null to remove. */
export interface CookieChange {
  name: string;
  value: string | null;
}

/** A pass about to be given: `passHash` goes to the store, and then `id` into the cookie. */
export interface NewPass {
  id: string;
  passHash: string;
}

export interface Passes {
  /** What this browser's cookies say for `sid`, most often one; which hold, the store knows. */
  read(jar: CookieJar, sid: string): Promise<Pass[]>;
  /** The cookie for `id`, and the removal of the oldest of too many others. */
  issue(jar: CookieJar, pass: { sid: string; slot: Slot; id: string }): Promise<CookieChange[]>;
  /** Removes the cookie for `sid`, if there is one. */
  clear(jar: CookieJar, sid: string): CookieChange[];
}

/** No browser keeps more: cookies go along with every request. */
const MAX_PASSES_PER_BROWSER = 20;
/** What a pass looks like: nothing else is worth trying to open. */
const SEALED = /^[\w-]+\.\.[\w-]{16}\.[\w-]+\.[\w-]{22}$/;
const SECURE_PREFIX = '__Host-duologue-';
const PLAIN_PREFIX = 'duologue-';

interface Payload {
  sid: string;
  slot: Slot;
  id: string;
  /** When it was issued, in ms. */
  at: number;
}

/** `secrets`: the newest first; it seals, all of them open. */
export function createPasses(secrets: readonly string[], now: () => number): Passes {
  const keys = secrets.map(deriveKey);
  const [newest] = keys;
  if (newest === undefined) throw new Error('no cookie secret');

  async function open(value: string): Promise<Payload | null> {
    if (!SEALED.test(value)) return null;
    for (const key of keys) {
      const payload = await decrypt(key, value);
      if (payload) return payload;
    }
    return null;
  }

  /** What makes room for one more: what cannot be read, then the oldest. */
  async function surplus(jar: CookieJar, kept: string): Promise<string[]> {
    const prefix = prefixOf(jar);
    const others = [...jar.cookies].filter(([name]) => name.startsWith(prefix) && name !== kept);
    const dated = await Promise.all(
      others.map(async ([name, values]) => {
        const opened = await Promise.all(values.map(open));
        return { name, at: Math.max(...opened.map((payload) => payload?.at ?? 0)) };
      }),
    );
    const newestFirst = dated.toSorted((one, other) => other.at - one.at);
    return newestFirst
      .filter(({ at }, index) => at === 0 || index >= MAX_PASSES_PER_BROWSER - 1)
      .map(({ name }) => name);
  }

  return {
    async read(jar, sid) {
      const values = jar.cookies.get(cookieName(jar, sid)) ?? [];
      const opened = await Promise.all(values.map(open));
      return opened.flatMap((payload) =>
        // A cookie moved under the name of another session says nothing about it.
        payload?.sid === sid ? [{ slot: payload.slot, passHash: hashId(payload.id) }] : [],
      );
    },

    async issue(jar, { sid, slot, id }) {
      const payload: Payload = { sid, slot, id, at: now() };
      const name = cookieName(jar, sid);
      const dropped = await surplus(jar, name);
      return [
        { name, value: await encrypt(newest, payload) },
        ...dropped.map((name) => ({ name, value: null })),
      ];
    },

    clear(jar, sid) {
      const name = cookieName(jar, sid);
      return jar.cookies.has(name) ? [{ name, value: null }] : [];
    },
  };
}

export function newPass(): NewPass {
  const id = nanoid();
  return { id, passHash: hashId(id) };
}

/**
 * The pass that the store still lists; null if none. Of several that of `meant`, who the caller
 * says to be: a participant can put their own beside the other's, but not take that away.
 */
export function validPass(
  { participants }: SessionRecord,
  passes: readonly Pass[],
  meant: Slot | null,
): Pass | null {
  const valid = passes.filter(({ slot, passHash }) => participants[slot].passes.includes(passHash));
  return valid.find(({ slot }) => slot === meant) ?? valid[0] ?? null;
}

/** Whether a pass comes along in a Cookie header, for whatever session, valid or not. */
export function hasPassCookie(header = ''): boolean {
  return /(?:^|;)\s*(?:__Host-)?duologue-/.test(header);
}

function prefixOf({ secure }: CookieJar): string {
  return secure ? SECURE_PREFIX : PLAIN_PREFIX;
}

function cookieName(jar: CookieJar, sid: string): string {
  return prefixOf(jar) + sid;
}

function hashId(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}

function deriveKey(secret: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', 'duologue/v1/pass', 32));
}

function encrypt(key: Uint8Array, payload: Payload): Promise<string> {
  const plain = new TextEncoder().encode(JSON.stringify(payload));
  return new CompactEncrypt(plain).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).encrypt(key);
}

async function decrypt(key: Uint8Array, value: string): Promise<Payload | null> {
  try {
    const { plaintext } = await compactDecrypt(value, key, {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
    });
    return parsePayload(JSON.parse(new TextDecoder().decode(plaintext)));
  } catch {
    return null; // forged, damaged, or sealed with another key
  }
}

function parsePayload(value: unknown): Payload | null {
  if (!isRecord(value)) return null;
  const { sid, slot, id, at } = value;
  if (typeof sid !== 'string' || typeof id !== 'string' || typeof at !== 'number') return null;
  return isSlot(slot) ? { sid, slot, id, at } : null;
}
