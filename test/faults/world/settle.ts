/** Coming to rest: everything is said, stored and shown, and then the recording is complete. */
import type { Slot } from '../../../server/protocol/frames.ts';
import type { Chat } from '../../../web/core/chat-view.ts';
import { check, describe } from '../check.ts';
import type { History, SeenEntry } from '../history.ts';
import type { Browser } from './browser.ts';
import { screenOf, type Pair } from './pair.ts';
import type { Recorder } from './recorder.ts';
import { until } from './until.ts';

export interface SettleOptions {
  withinMs?: number;
  mayLose?: boolean;
}

/**
 * Waits until every device that is still there has everything, has a new page of both read the
 * whole log, and returns the recording.
 */
export async function settle(
  {
    sid,
    recorder,
    devices,
    open,
    enter,
  }: Pick<Pair, 'sid' | 'recorder' | 'devices' | 'open' | 'enter'>,
  { withinMs = 60_000, mayLose = false }: SettleOptions,
): Promise<History> {
  const wait = (what: string, isSo: () => boolean, instead?: () => unknown) =>
    untilJudged(recorder, what, isSo, { withinMs, mayLose, instead });
  const there = devices.filter((device) => device.isThere());
  await wait(
    'every device is quiet',
    () => there.every((one) => one.isQuiet()),
    () => statesOf(there.filter((one) => !one.isQuiet())),
  );
  const browserOf = (slot: Slot): Browser | Promise<Browser> =>
    [...there, ...devices].find((one) => one.slot === slot)?.browser ?? enter(slot);
  const witnesses = await Promise.all(
    (['a', 'b'] as const).map(async (slot) => open(slot, await browserOf(slot))),
  );
  const all = [...there, ...witnesses];
  await wait('every screen shows the same', () => all.every((one) => one.isQuiet()));
  const heads = () => all.map(({ name }) => recorder.headOf(name));
  await wait('every device has the last entry', () => new Set(heads()).size === 1, heads);
  const accusers = all.flatMap(({ name, chat }) => (chat.notices.value.tampered ? [name] : []));
  const screens = new Map(all.map(({ name, chat }) => [name, screenOf(chat)]));
  witnesses.forEach((one) => one.close());
  const log = logOf(recorder, witnesses[0]!.name); // there are two
  // What happens to the chat from now on is no part of it: it may be judged later.
  return { sid, events: [...recorder.events], log, screens, accusers, mayLose };
}

/** All at once. */
export function settleAll(pairs: readonly Pair[]): Promise<History[]> {
  return Promise.all(pairs.map((pair) => pair.settle()));
}

export function statesOf(devices: readonly { name: string; chat: Chat }[]): string {
  return devices.map(({ name, chat }) => `${name}: ${stateOf(chat)}`).join();
}

function stateOf(chat: Chat): string {
  const waiting = chat.items.value.flatMap((item) =>
    item.type === 'message' && item.mine && item.state !== 'stored' ? [item] : [],
  );
  const loaded = chat.loaded.value ? 'loaded' : 'not loaded';
  const outbox = waiting.map(({ cid, state, body }) => `${cid} ${state} ${body.kind}`);
  return `${chat.connection.value}, ${loaded}, ${outbox.length} waiting (${outbox.join(' ')})`;
}

interface Waiting {
  withinMs: number;
  mayLose?: boolean;
  instead?: (() => unknown) | undefined;
}

/**
 * Until it is so; who waits in vain says also what is wrong in the recording so far: a device that
 * was not given something may for that very reason never come to rest.
 */
export async function untilJudged(
  { sid, events }: Recorder,
  what: string,
  isSo: () => boolean,
  { withinMs, mayLose = false, instead }: Waiting,
): Promise<void> {
  try {
    await until(what, isSo, withinMs, instead);
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    const soFar = check({ sid, events, log: null, screens: new Map(), mayLose });
    throw new Error(`${cause.message}\n${describe(soFar)}`, { cause });
  }
}

/** All that a page which asked for everything was given first. */
function logOf({ events }: Recorder, device: string): SeenEntry[] {
  const entries: SeenEntry[] = [];
  for (const event of events) {
    if (event.type === 'got' && event.device === device && event.entry.seq === entries.length + 1) {
      entries.push(event.entry);
    }
  }
  return entries;
}
