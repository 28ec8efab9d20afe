/**
 * What every test of a store starts from: a fresh session on a fresh store, everything that is
 * published for it, and short words for what participants do.
 */
import { randomBytes } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { Position, Slot } from '../../server/protocol/frames.ts';
import type { AttemptBudget } from '../../server/store/budget.ts';
import type {
  Append,
  Appended,
  Caller,
  Connected,
  Lease,
  NewSession,
  Publication,
  Store,
  StoreOptions,
} from '../../server/store/store.ts';

export interface Settings {
  options?: Partial<StoreOptions>;
  leaseMs?: number;
  budget?: AttemptBudget;
  pushPauseMs?: number;
}

/** Two nodes on the same data; with a store of one process they are one. */
export interface Nodes {
  store: Store;
  other: Store;
}

export type MakeNodes = (settings: Settings) => Promise<Nodes>;

export const OPTIONS: StoreOptions = {
  linkTtlMs: 60_000,
  maxTtlMs: 3_600_000,
  endedNoticeTtlMs: 60_000,
  maxSessions: 1000,
  maxEntries: 1000,
  maxSessionBytes: 1024 * 1024,
  maxFiles: 100,
  maxFilesBytes: 25 * 1024 * 1024,
};

export const random = (bytes: number) => randomBytes(bytes).toString('base64url');
export const newSum = () => random(9).slice(0, 11);
export const newCid = () => random(16);
export const newBox = (bytes = 296) => random(bytes);
export const newHash = () => random(32);

/** By default alone in its neighbourhood. */
export function callerAt(address: string, neighbourhood = `around ${address}`): Caller {
  return { address, neighbourhood };
}

export function newSession(more: Partial<NewSession> = {}): NewSession {
  const participant = () => ({
    proofHash: newHash(),
    key: newBox(72),
    name: newBox(296),
    codeHash: `$2b$10$${random(40)}`,
  });
  return {
    sid: random(8),
    idleMs: 600_000,
    participants: { a: participant(), b: participant() },
    ...more,
  };
}

export type Sent = { cid: string; box: string; sum: string };

export interface Fixture extends Nodes {
  session: NewSession;
  sid: string;
  /** Everything published for the session, in order. */
  published: Publication[];
  /** The frames of `published` to one, parsed. */
  frames: (to: Publication['to']) => unknown[];
  /** Enters and returns the pass. */
  enter: (slot: Slot, pass?: string) => Promise<string>;
  /** Both enter; returns their passes. */
  meet: () => Promise<Record<Slot, string>>;
  /** Enters if `passHash` is not given, and connects. */
  connect: (
    slot: Slot,
    lease?: Partial<Lease>,
    after?: Position,
  ) => Promise<Connected & { lease: Lease }>;
  append: (slot: Slot, more?: Partial<Append>) => Promise<Appended & Sent>;
  /** Appends as a fresh entry that must be stored, and returns where it stands. */
  send: (
    slot: Slot,
    more?: Partial<Append>,
  ) => Promise<Extract<Appended, { result: 'stored' }> & Position & Sent>;
  unsend: (slot: Slot, of: readonly string[], more?: Partial<Append>) => Promise<Appended & Sent>;
  log: () => Promise<Record<string, unknown>[]>;
  expiresInMs: () => Promise<number>;
}

/** A session that waits for both, with someone listening. */
export async function setUp(
  make: MakeNodes,
  settings: Settings = {},
  more: Partial<NewSession> = {},
): Promise<Fixture> {
  const { store, other } = await open(make, settings);
  const session = newSession(more);
  const { sid } = session;
  const published: Publication[] = [];
  await store.create(session);
  await other.subscribe(sid, {
    published: (publication) => published.push(publication),
    interrupted: () => {},
  });

  const fixture: Fixture = {
    ...{ store, other, session, sid, published },
    frames: (to) =>
      published.filter((one) => one.to === to).map(({ frame }): unknown => JSON.parse(frame)),
    async enter(slot, passHash = newHash()) {
      const { codeHash } = session.participants[slot];
      const entered = await store.enter(sid, slot, {
        codeHash,
        passHash,
        caller: callerAt('here'),
      });
      if (entered !== 'entered') throw new Error(`not entered: ${entered}`);
      return passHash;
    },
    meet: async () => ({ a: await fixture.enter('a'), b: await fixture.enter('b') }),
    async connect(slot, more = {}, after) {
      const passHash = more.passHash ?? (await fixture.enter(slot));
      const lease = { slot, passHash, connectionId: random(12), device: null, ...more };
      const connected = await store.connect(sid, lease, after ?? null);
      if (connected.result !== 'connected') throw new Error(`not connected: ${connected.result}`);
      return { ...connected, lease };
    },
    async append(slot, more = {}) {
      const entry = { slot, cid: newCid(), box: newBox(), sum: newSum(), seen: null, ...more };
      return { ...(await store.append(sid, entry)), ...entry };
    },
    async send(slot, more) {
      const appended = await fixture.append(slot, more);
      if (appended.result !== 'stored') throw new Error(`not stored: ${appended.result}`);
      return appended;
    },
    async unsend(slot, of, more = {}) {
      const entry = { slot, cid: newCid(), box: newBox(), sum: newSum(), seen: null, ...more };
      return { ...(await store.unsend(sid, { ...entry, of })), ...entry };
    },
    log: () => wholeLog(store, sid),
    async expiresInMs() {
      const found = await store.find(sid);
      return found.state === 'live' ? found.session.expiresInMs : 0;
    },
  };
  return fixture;
}

/** Nodes that close with the test. */
export async function open(make: MakeNodes, settings: Settings = {}): Promise<Nodes> {
  const nodes = await make(settings);
  onTestFinished(async () => {
    await nodes.store.close();
    if (nodes.other !== nodes.store) await nodes.other.close();
  });
  return nodes;
}

/** All entries, read page by page. */
export async function wholeLog(store: Store, sid: string): Promise<Record<string, unknown>[]> {
  const entries: Record<string, unknown>[] = [];
  for (let after: Position | null = null; ;) {
    const page = await store.readLog(sid, after);
    if (page.result !== 'page') throw new Error(`no page: ${page.result}`);
    // as: these tests check what is in them
    entries.push(...page.entries.map((json) => JSON.parse(json) as Record<string, unknown>));
    const last = entries.at(-1);
    if (entries.length >= page.head || !last) return entries;
    after = { seq: Number(last['seq']), sum: String(last['sum']) };
  }
}
