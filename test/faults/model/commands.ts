/**
 * What may happen to a chat, one command each. A command asks the model whether it may happen,
 * does it to the product and to the model, and checks what must hold at once; `glance` does so
 * for every page after every command.
 */
import fc from 'fast-check';
import { setTimeout as pass } from 'node:timers/promises';
import { expect } from 'vitest';
import { messagesOf } from '../world/pair.ts';
import { until } from '../world/until.ts';
import { glance } from './glance.ts';
import * as now from './model.ts';
import type { Model, ModelPage } from './model.ts';
import { messageOn, type System } from './system.ts';

export type Command = fc.AsyncCommand<Model, System>;

/** `may` is asked of the model alone, so that shrinking can leave out any other command. */
function command(
  name: string,
  may: (model: Model) => boolean,
  run: (model: Model, system: System) => void | Promise<void>,
): Command {
  return {
    check: (model) => may(model),
    async run(model, system) {
      await run(model, system);
      glance(model, system);
    },
    toString: () => name,
  };
}

const aBrowser = fc.nat({ max: now.SLOTS.length - 1 });
const aNode = fc.nat({ max: 1 });
/** Counted among what there is then. */
const any = fc.nat({ max: 9 });

const hasPages = ({ pages }: Model) => pages.length > 0;
const oneOf = <T>(list: readonly T[], which: number): T | undefined => list[which % list.length];
const pageAt = ({ pages }: Model, which: number): ModelPage => oneOf(pages, which)!; // hasPages
const pagesIn = ({ pages }: Model, browser: number) =>
  pages.filter((page) => page.browser === browser).map(({ id }) => id);

const enter = fc.record({ browser: aBrowser, isRight: fc.boolean() }).map(({ browser, isRight }) =>
  command(
    `enter ${browser} ${isRight ? 'right' : 'wrong'}`,
    (model) => now.mayEnter(model, browser),
    async (model, system) => {
      const { isInside, slot } = model.browsers[browser]!; // mayEnter
      const answer = await system.enter(browser, isRight);
      if (answer.result === 'gone') return expect(model.endings).not.toEqual(new Set());
      expect(answer.result).toBe(isInside || isRight ? 'entered' : 'wrong_code');
      if (answer.result === 'entered') return now.entered(model, browser);
      if (answer.result !== 'wrong_code') return;
      const { triesLeft, isFirst } = answer;
      model.wrongCodes[slot]++;
      // An attempt whose answer was lost is counted as well.
      const expected = now.FREE_TRIES - model.wrongCodes[slot];
      if (isFirst) expect(triesLeft).toBe(expected);
      else expect(triesLeft).toBeLessThanOrEqual(expected);
      model.wrongCodes[slot] = now.FREE_TRIES - triesLeft;
    },
  ),
);

export async function openPage(model: Model, system: System, browser: number): Promise<void> {
  const id = system.pair.devices.length;
  if (!(await system.open(browser, id))) return expect(model.endings).not.toEqual(new Set());
  const { slot } = model.browsers[browser]!; // it was opened in it
  expect(system.page(id).chat.slot).toBe(slot);
  model.pages.push({ id, browser, isEnding: false });
}

const open = aBrowser.map((browser) =>
  command(
    `open ${browser}`,
    (model) => now.mayOpen(model, browser),
    (model, system) => openPage(model, system, browser),
  ),
);

let texts = 0;

const send = any.map((which) =>
  command(`send ${which}`, hasPages, (model, system) => {
    const { id, browser } = pageAt(model, which);
    const device = system.page(id);
    const text = `${device.name} says ${++texts}`;
    const cid = device.say(text);
    if (cid === null) return expect(device.chat.ended.value).not.toBeNull();
    model.said.set(cid, {
      ...{ slot: device.slot, browser, page: id, at: performance.now(), texts: [text] },
      ...{ editors: new Map(), removers: new Set(), isKept: 'surely', isRemoved: 'no' },
    });
  }),
);

const ownTexts = (system: System, id: number) =>
  messagesOf(system.page(id).chat).filter(({ mine, body }) => mine && body.kind === 'text');

const unsend = fc.record({ page: any, which: any }).map(({ page, which }) =>
  command(`unsend ${page} ${which}`, hasPages, (model, system) => {
    const { id, browser } = pageAt(model, page);
    const item = oneOf(ownTexts(system, id), which);
    const one = item && model.said.get(item.cid);
    const device = system.page(id);
    if (!item || !one || device.chat.ended.value) return;
    device.remove(item.cid);
    one.isRemoved = 'surely';
    one.removers.add(browser);
    expect(messageOn(device, item.cid)?.body.kind ?? 'unsent').toBe('unsent');
  }),
);

const edit = fc.record({ page: any, which: any }).map(({ page, which }) =>
  command(`edit ${page} ${which}`, hasPages, (model, system) => {
    const { id, browser } = pageAt(model, page);
    const item = oneOf(ownTexts(system, id), which);
    const one = item && model.said.get(item.cid);
    if (!item || !one) return;
    const text = `${one.texts[0]}, changed ${one.texts.length}`;
    if (system.page(id).chat.edit(item.cid, text) === null) return;
    one.texts.push(text);
    one.editors.set(id, browser);
    expect(messageOn(system.page(id), item.cid)?.body).toEqual({ kind: 'text', text });
  }),
);

const reload = fc.record({ page: any, isPolite: fc.boolean() }).map(({ page, isPolite }) =>
  command(`reload ${page}${isPolite ? '' : ' crashed'}`, hasPages, async (model, system) => {
    const { id, browser } = pageAt(model, page);
    system.closePage(id, isPolite);
    now.pageGone(model, id);
    if (now.mayOpen(model, browser)) await openPage(model, system, browser);
  }),
);

const leave = aBrowser.map((browser) =>
  command(
    `leave ${browser}`,
    ({ browsers }) => browsers[browser]!.isInside && !browsers[browser]!.isHeld, // drawn from them
    async (model, system) => {
      const others = model.pages.filter((page) => page.browser !== browser);
      const known = {
        isStored: (cid: string) =>
          model.pages.some(({ id }) => messageOn(system.page(id), cid)?.state === 'stored'),
        isUnsentElsewhere: (cid: string) =>
          others.some(({ id }) => messageOn(system.page(id), cid)?.body.kind === 'unsent'),
      };
      const pages = pagesIn(model, browser);
      now.left(model, browser, known);
      await system.leave(browser, pages);
    },
  ),
);

const end = any.map((which) =>
  command(
    `end ${which}`,
    (model) => model.plan.mayEnd && hasPages(model),
    (model, system) => {
      const page = pageAt(model, which);
      page.isEnding = true;
      model.endings.add(`ended by ${now.slotOf(model, page)}`);
      system.page(page.id).chat.end();
    },
  ),
);

const expire = fc.constant(
  command(
    'expire',
    ({ plan, hasEntered, nodesDown }) =>
      plan.isShort && hasEntered.a && hasEntered.b && nodesDown.size < 2,
    async (model, system) => {
      await until('it is over', async () => (await system.whetherGone()) !== null);
      model.isOver = true;
    },
  ),
);

const onWire = (name: 'cut' | 'hold' | 'release' | 'wake') =>
  aBrowser.map((browser) =>
    command(
      `${name} ${browser}`,
      ({ browsers }) => name !== 'release' || browsers[browser]!.isHeld, // drawn from them
      (model, system) => {
        system[name](browser, pagesIn(model, browser));
        if (name === 'hold') model.browsers[browser]!.isHeld = true; // drawn from them
        if (name === 'release') model.browsers[browser]!.isHeld = false; // drawn from them
      },
    ),
  );

const keep = any.map((which) =>
  command(`keep ${which}`, hasPages, (model, system) =>
    system.page(pageAt(model, which).id).chat.keep(),
  ),
);

const kill = aNode.map((node) =>
  command(
    `kill ${node}`,
    ({ plan, nodesDown }) => plan.mayKill && nodesDown.size === 0,
    async (model, system) => {
      model.nodesDown.add(node);
      await system.stage.world.nodes[node]?.kill();
    },
  ),
);

const start = fc.constant(
  command(
    'start',
    ({ nodesDown }) => nodesDown.size > 0,
    async (model, system) => {
      await system.startNodes();
      model.nodesDown.clear();
    },
  ),
);

/** Between two commands there is otherwise no time at all. */
const pause = fc.nat({ max: 30 }).map((ms) => command(`pause ${ms}`, hasPages, () => pass(ms)));

/** As often as they are named here. A world with one node cannot lose it. */
export const commandsFor = (nodes: number): fc.Arbitrary<Command>[] => [
  ...[send, send, send, send, send, send, unsend, unsend, edit],
  ...[open, enter, enter, reload, reload, pause, pause, pause],
  ...[onWire('cut'), onWire('hold'), onWire('hold'), onWire('release'), onWire('release')],
  ...[onWire('wake'), onWire('wake'), onWire('wake')],
  ...[keep, leave, end, expire],
  ...(nodes > 1 ? [kill, start] : []),
];
