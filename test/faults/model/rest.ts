/**
 * The end of a run: everything works again, everyone comes back, and what the screens, the
 * recording and the store hold is compared with the model.
 */
import { expect } from 'vitest';
import type { Slot } from '../../../server/protocol/frames.ts';
import type { Gone } from '../../../web/core/session-api.ts';
import { checkAll } from '../check.ts';
import { describe } from '../findings.ts';
import type { History } from '../history.ts';
import { messagesOf, type Device } from '../world/pair.ts';
import { until } from '../world/until.ts';
import { openPage } from './commands.ts';
import { endingOf } from './glance.ts';
import * as now from './model.ts';
import type { Model } from './model.ts';
import { SHORT_IDLE_MS, type System } from './system.ts';

export async function comeToRest(model: Model, system: System, patienceMs: number): Promise<void> {
  await system.startNodes();
  model.nodesDown.clear();
  for (const [index, browser] of model.browsers.entries()) {
    system.release(index);
    browser.isHeld = false;
  }
  const isGone = async () => (await system.whetherGone()) !== null;
  if (model.plan.isShort) {
    await comeBack(model, system);
    await until('silence ends it', isGone, patienceMs);
    model.isOver = true;
  }
  if (model.pages.some(({ isEnding }) => isEnding)) {
    await until('who wanted to end it has done so', isGone, patienceMs);
    model.isOver = true;
  }
  try {
    if (!(await isGone())) return await compareAlive(model, system, patienceMs);
  } catch (error) {
    // An end that was on its way when its page died may come at any time.
    if (model.endings.size === 0 || !(await isGone())) throw error;
  }
  await compareOver(model, system, patienceMs);
}

/** Somebody of each participant is in, and every browser that is in has a page. */
async function comeBack(model: Model, system: System): Promise<void> {
  for (const slot of ['a', 'b'] as const) {
    const own = model.browsers.flatMap((one, index) => (one.slot === slot ? [index] : []));
    const isInside = (index: number) => model.browsers[index]?.isInside;
    const [first = 0] = own;
    if (!own.some(isInside)) {
      const { result } = await system.enter(first, true);
      if (result === 'gone') return;
      now.entered(model, first);
    }
    for (const index of own.filter(isInside)) {
      if (model.pages.some(({ browser }) => browser === index)) continue;
      await openPage(model, system, index);
    }
  }
}

function wakeAll(model: Model, system: System): void {
  for (const index of model.browsers.keys()) {
    const pages = model.pages.filter(({ browser }) => browser === index);
    const ids = pages.map(({ id }) => id);
    system.wake(index, ids);
    for (const id of ids) {
      if (system.page(id).chat.connection.value === 'elsewhere') system.page(id).chat.useHere();
    }
  }
}

/**
 * Pages that went behind a dead network, or along with their node, count as connections for half a
 * minute, so that who looks in at the end may be the fifth, and close a page that is there: whoever
 * sits before it takes the chat back.
 */
function takeBack({ chat }: Device): () => void {
  return chat.connection.subscribe((status) => {
    if (status === 'elsewhere') queueMicrotask(() => chat.useHere());
  });
}

async function compareAlive(model: Model, system: System, patienceMs: number): Promise<void> {
  expect(model.isOver, 'it is over').toBe(false);
  await comeBack(model, system);
  wakeAll(model, system);
  const devices = model.pages.map(({ id }) => system.page(id));
  const left = () => model.browsers.map((_, index) => system.outboxesIn(index));
  const status = () => [
    ...devices.map(({ name, chat }) => `${name} ${chat.connection.value}`),
    `outboxes ${left().join(' ')}`,
  ];
  await until(
    'all is sent',
    () => devices.every((one) => one.isQuiet()) && left().every((count) => count === 0),
    patienceMs,
    status,
  );
  const stopTaking = devices.map(takeBack);
  const history = await system.pair
    .settle({ withinMs: patienceMs })
    .finally(() => stopTaking.forEach((stop) => stop()));
  const problems = () => devices.flatMap((device) => problemsOn(model, device, devices));
  await until(
    'the screens are as the model',
    () => problems().length === 0,
    patienceMs,
    () => problems().join('\n'),
  );
  judge(system, history);
}

function problemsOn(model: Model, device: Device, [first]: readonly Device[]): string[] {
  const shown = screenOf(device);
  const problems: string[] = [];
  const say = (what: string) => problems.push(`${device.name} ${what}`);
  const reference = JSON.stringify([...screenOf(first ?? device)]);
  if (JSON.stringify([...shown]) !== reference) say('shows other things than the first page');
  const order = [...shown.keys()];
  const lastOf = new Map<number, number>();
  for (const [cid, one] of model.said) {
    const text = shown.get(cid) ?? null;
    const place = order.indexOf(cid);
    if (!now.isAllowed(one, text)) say(`shows ${one.texts[0]} as ${text ?? 'nothing'}`);
    if (place < 0) continue;
    if (place < (lastOf.get(one.page) ?? 0)) say(`shows ${one.texts[0]} too early`);
    lastOf.set(one.page, place);
  }
  for (const cid of order) if (!model.said.has(cid)) say(`shows ${cid}, which nobody said`);
  if (order.length !== messagesOf(device.chat).length) say('shows a message twice');
  return problems;
}

/** By cid, from top to bottom: the text, or that it was removed. */
function screenOf({ chat }: Device): Map<string, string> {
  return new Map(
    messagesOf(chat).map(({ cid, body }) => [
      cid,
      body.kind === 'text' ? body.text : body.kind === 'unsent' ? now.REMOVED : body.kind,
    ]),
  );
}

async function compareOver(model: Model, system: System, patienceMs: number): Promise<void> {
  const gone = await Promise.all((['a', 'b'] as const).map((slot) => mustBeGone(system, slot)));
  const [ending, other] = gone.map(endingOf);
  expect(model.endings).toContain(ending);
  expect(other, 'the other link').toBe(ending);
  if (ending === 'silence') mustNotBeEarly(model, system);
  wakeAll(model, system);
  const devices = model.pages.map(({ id }) => system.page(id));
  await until(
    'everyone is told',
    () => devices.every(({ chat }) => chat.connection.value === 'ended'),
    patienceMs,
    () => devices.map(({ name, chat }) => `${name} ${chat.connection.value}`),
  );
  for (const { id, browser, isEnding } of model.pages) {
    const { name, slot, chat } = system.page(id);
    // Who ended it as well, a moment later, and was answered over HTTP, is told that they did.
    const own = isEnding ? [`ended by ${slot}`] : [];
    const shown = chat.ended.value && endingOf(chat.ended.value);
    expect([ending, ...own], name).toContain(shown);
    if (model.browsers[browser]?.mayLeaveOutbox) continue;
    expect(system.outboxesIn(browser), `outboxes where ${name} is`).toBe(0);
  }
  const keys = await system.keysInStore();
  if (keys) expect(keys, 'keys of a chat that is over').toEqual([':ended']);
  const { sid, recorder } = system.pair;
  judge(system, { sid, events: recorder.events, log: null, screens: new Map() });
}

async function mustBeGone(system: System, slot: Slot): Promise<Gone> {
  const gone = await system.whetherGone(slot);
  if (!gone) throw new Error(`it is over, and the link of ${slot} leads in`);
  return gone;
}

/** A deadline moves only if it would move by more than a second (rule LF3). */
function mustNotBeEarly({ said }: Model, system: System): void {
  const stored = new Set(
    system.pair.recorder.events.flatMap((event) => (event.type === 'got' ? [event.entry.cid] : [])),
  );
  const times = [...said].flatMap(([cid, { at }]) => (stored.has(cid) ? [at] : []));
  const silentMs = performance.now() - Math.max(...times, 0);
  expect(silentMs, 'ms of silence').toBeGreaterThanOrEqual(SHORT_IDLE_MS - 1_000);
}

function judge({ stage }: System, history: History): void {
  const { sid, recorder } = stage.neighbours;
  const theirs = { sid, events: recorder.events, log: null, screens: new Map() };
  const violations = checkAll([history, theirs]);
  if (violations.length > 0) throw new Error(describe(violations));
}
