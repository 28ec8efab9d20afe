/**
 * Two people and the chat they have: made, entered and used through the product's own client,
 * all of it written down. What is asked of the server is asked again until it is done, as a
 * person would.
 */
import { effect } from '@preact/signals-core';
import { parseLinkFragment, type LinkParts } from '../../../server/protocol/link.ts';
import type { Slot } from '../../../server/protocol/frames.ts';
import { createChat } from '../../../web/core/chat.ts';
import type { Chat, MessageItem } from '../../../web/core/chat-view.ts';
import { openLanding, proofOf, type EnteredSession } from '../../../web/core/entering.ts';
import { keysIn, outboxPrefix } from '../../../web/core/left-outboxes.ts';
import { createNewSession } from '../../../web/core/new-session.ts';
import { createSessionApi, type Landing } from '../../../web/core/session-api.ts';
import type { History } from '../history.ts';
import { createBrowser, type Browser, type Page } from './browser.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { settle, type SettleOptions } from './settle.ts';
import { Decided, persist, until } from './until.ts';

export interface Device {
  name: string;
  slot: Slot;
  browser: Browser;
  chat: Chat;
  /** Sends; returns the cid, null if it was refused at once (too long, or the chat is over). */
  say(text: string): string | null;
  remove(cid: string): void;
  /** Neither closed nor dead. */
  isThere(): boolean;
  /** Live, with nothing left to send, by it or by a page that left something here. */
  isQuiet(): boolean;
  /** Messages given up as "Not sent". */
  failed(): MessageItem[];
  /** The page is left: its outbox may be adopted. */
  close(): void;
  /** The page is gone without a word. */
  die(): void;
}

export interface Pair {
  sid: string;
  recorder: Recorder;
  devices: Device[];
  links: Record<Slot, string>;
  codes: Record<Slot, string>;
  /** A new browser of a participant, in which the code was entered. */
  enter(slot: Slot, options?: BrowserOptions): Promise<Browser>;
  /** A page load in a browser that has entered. */
  open(slot: Slot, browser: Browser, withinMs?: number): Promise<Device>;
  /**
   * Waits until every device that is still there has everything, has a new page of both read the
   * whole log, and returns the recording.
   */
  settle(options?: SettleOptions): Promise<History>;
  close(): void;
}

export interface BrowserOptions {
  /** Where this browser reaches the product; the pair's own base if not given. */
  base?: string;
  clockAheadMs?: number;
}

let pairs = 0;

/** What somebody has who made a chat, by whatever way. */
export type Invitations = Pick<Pair, 'sid' | 'links' | 'codes'>;

/** A new chat; nobody has entered. */
export async function createPair(
  base: string,
  idle?: string,
  names: [string, string] = ['Ann', 'Bob'],
): Promise<Pair> {
  const creator = createBrowser(base);
  const created = await persist(async () => {
    const { environment } = creator.load();
    const answer = await createNewSession(
      createSessionApi({ environment, base }),
      names,
      idle === undefined ? {} : { idle },
    );
    if (answer.result !== 'created') throw new Error(`not created: ${JSON.stringify(answer)}`);
    return answer;
  });
  const [a, b] = created.participants;
  const links = { a: a.link, b: b.link };
  return createPairOf(base, { sid: created.sid, links, codes: { a: a.code, b: b.code } });
}

/** The two of a chat that is there already; nobody has entered. */
export function createPairOf(base: string, { sid, links, codes }: Invitations): Pair {
  const recorder = createRecorder(sid);
  const devices: Device[] = [];
  const label = `p${++pairs}`;

  async function enter(slot: Slot, options: BrowserOptions = {}): Promise<Browser> {
    const browser = createBrowser(options.base ?? base, options);
    await persist(() => enterIn(browser, links[slot], codes[slot]));
    return browser;
  }

  async function open(slot: Slot, browser: Browser, withinMs?: number): Promise<Device> {
    const session = await persist(() => landIn(browser, links[slot], slot), withinMs);
    const name = `${label}.${slot}${devices.length}`;
    const device = createDevice({ name, session, browser, recorder });
    devices.push(device);
    return device;
  }

  return {
    ...{ sid, recorder, devices, links, codes, enter, open },
    settle: (options = {}) => settle({ sid, recorder, devices, open, enter }, options),
    close: () => devices.forEach((device) => device.die()),
  };
}

/** A chat that both have entered, each with one device. */
export async function meet(
  base: string,
  { a, b, idle }: Ways & { idle?: string } = {},
): Promise<Meeting> {
  return meetIn(await createPair(base, idle), { a, b });
}

/** By which way each of the two comes; the pair's own if not given. */
export type Ways = Partial<Record<Slot, BrowserOptions | undefined>>;

export interface Meeting extends Pair {
  ann: Device;
  bob: Device;
}

/** Both enter, each with one device. */
export async function meetIn(pair: Pair, { a, b }: Ways = {}): Promise<Meeting> {
  const [annsBrowser, bobsBrowser] = await Promise.all([pair.enter('a', a), pair.enter('b', b)]);
  const [ann, bob] = await Promise.all([pair.open('a', annsBrowser), pair.open('b', bobsBrowser)]);
  await until('both are live', () => ann.isQuiet() && bob.isQuiet());
  return { ...pair, ann, bob };
}

/** Once. A refusal is thrown as Decided. */
export async function enterIn(browser: Browser, link: string, code: string): Promise<void> {
  const { environment } = browser.load();
  const api = createSessionApi({ environment, base: browser.base });
  const parts = partsOf(link);
  const answer = await api.enter(parts.sid, proofOf(parts), code);
  if (answer.result === 'retry') throw new Error(`not entered: ${JSON.stringify(answer)}`);
  if (answer.result !== 'entered') throw new Decided(answer);
}

/** What a link leads to, asked once; the answer that it leads nowhere is thrown as Decided. */
export async function askLanding(browser: Browser, link: string): Promise<Landing> {
  const { environment } = browser.load();
  const parts = partsOf(link);
  const api = createSessionApi({ environment, base: browser.base });
  const landing = await api.landing(parts.sid, proofOf(parts));
  if (landing.result === 'retry') throw new Error(`no landing: ${JSON.stringify(landing)}`);
  if (landing.result !== 'landing') throw new Decided(landing);
  return landing;
}

async function landIn(browser: Browser, link: string, slot: Slot): Promise<EnteredSession> {
  const parts = partsOf(link);
  const landing = await askLanding(browser, link);
  const entrance = openLanding(parts, landing);
  if (entrance.state !== 'inside' || entrance.session.slot !== slot) {
    throw new Error(`not inside: ${entrance.state}`);
  }
  return entrance.session;
}

/** What a whole link says. */
export function partsOf(link: string): LinkParts {
  const parts = parseLinkFragment(new URL(link).hash.slice(1));
  if (!parts) throw new Error('no link');
  return parts;
}

interface DeviceOptions {
  name: string;
  session: EnteredSession;
  browser: Browser;
  recorder: Recorder;
}

function createDevice({ name, session, browser, recorder }: DeviceOptions): Device {
  const { sid, slot } = session;
  const { base } = browser;
  const page: Page = browser.load((url) => recorder.connection(name, slot, url));
  const { environment } = page;
  const chat = createChat({
    session,
    api: createSessionApi({ environment, base }),
    socketUrl: `${base.replace('http', 'ws')}/ws/${sid}`,
    environment,
  });
  const stopWatching = effect(() => {
    const reason = chat.ended.value?.reason;
    if (reason !== undefined && reason !== 'unknown') recorder.ended(name);
  });
  const own = () => messagesOf(chat).filter(({ mine }) => mine);
  let isThere = true;
  return {
    ...{ name, slot, browser, chat },
    say(text) {
      const cid = chat.send(text);
      if (cid !== null) recorder.said(name, slot, cid);
      return cid;
    },
    remove(cid) {
      recorder.removed(name, slot, cid);
      chat.unsend(cid);
    },
    isThere: () => isThere,
    isQuiet: () =>
      !isThere ||
      (chat.connection.value === 'live' &&
        chat.loaded.value &&
        own().every(({ state }) => state === 'stored') &&
        !hasOutbox(browser, sid)),
    failed: () => own().filter(({ state }) => state === 'failed'),
    close() {
      isThere = false;
      stopWatching();
      chat.stop();
    },
    die() {
      isThere = false;
      stopWatching();
      page.die();
    },
  };
}

function hasOutbox({ storage }: Browser, sid: string): boolean {
  return keysIn(storage, outboxPrefix(sid)).length > 0;
}

export function messagesOf(chat: Chat): MessageItem[] {
  return chat.items.value.filter((item) => item.type === 'message');
}

/** Resolves when the device next finds itself without a connection. To be called before it is cut. */
export function lost(device: Device): Promise<void> {
  return untilIs(device, (isLive) => !isLive);
}

/** Resolves when the device has a connection that was welcomed. */
export function back(device: Device): Promise<void> {
  return untilIs(device, (isLive) => isLive);
}

/** Told of it rather than looking every few milliseconds: there may be a thousand. */
function untilIs({ chat }: Device, isWanted: (isLive: boolean) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = chat.connection.subscribe((status) => {
      if (!isWanted(status === 'live')) return;
      queueMicrotask(() => stop());
      resolve();
    });
  });
}

/** What stands on screen and is in the log, from top to bottom. */
export function screenOf(chat: Chat): string[] {
  return messagesOf(chat)
    .filter(({ seq }) => seq !== null)
    .map(({ cid }) => cid);
}
