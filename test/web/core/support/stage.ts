// Five devices of two people in four browsers, on which the steps of a schedule are played, against
// the server that a test moves by hand.
import type { Chat, MessageItem } from '../../../../web/core/chat-view.ts';
import { createChats, messagesOf } from './chats.ts';
import { createFakeStorage } from './fake-world.ts';
import type { Step } from './schedules.ts';

/** a with two pages in one browser and one in another, b with two pages. */
export const DEVICES = [
  { slot: 'a', browser: 'laptop' },
  { slot: 'a', browser: 'laptop' },
  { slot: 'a', browser: 'phone' },
  { slot: 'b', browser: 'tablet' },
  { slot: 'b', browser: 'tablet' },
] as const;

/** Longer than a page may be silent before another adopts its outbox. */
const LONG_SLEEP_MS = 7_000;

export type Stage = ReturnType<typeof createStage>;

export function createStage() {
  const world = createChats();
  const { server, clock } = world;
  const browsers = {
    laptop: createFakeStorage(),
    phone: createFakeStorage(),
    tablet: createFakeStorage(),
  };
  const loads = DEVICES.map(() => 0);
  /** One for each page load: device and count. */
  const pageOf = (i: number) => `${i}.${loads[i]}`;
  const load = (i: number) => {
    const { slot, browser } = DEVICES[i]!;
    return world.open(slot, world.sessions[slot], browsers[browser], pageOf(i));
  };
  const chats: Chat[] = DEVICES.map((_, i) => load(i));
  const said: { page: string; text: string }[] = [];
  const removed = new Set<string>();
  let wasFilled = false;
  server.flush();

  const anyOf = <T>(list: readonly T[], which: number) => list[which % list.length];
  const ownText = (i: number, which: number): (MessageItem & { text: string }) | null => {
    const own = messagesOf(chats[i]!).flatMap((item) =>
      item.mine && item.body.kind === 'text' ? { ...item, text: item.body.text } : [],
    );
    return anyOf(own, which) ?? null;
  };

  function say(i: number): void {
    const text = `m${said.length}`;
    chats[i]!.send(text);
    said.push({ page: pageOf(i), text });
  }

  function edit(i: number, which: number): void {
    const item = ownText(i, which);
    if (item) chats[i]!.edit(item.cid, item.text.replace(/!*$/, '!'));
  }

  function unsend(i: number, which: number): void {
    const item = ownText(i, which);
    if (!item) return;
    removed.add(item.text.replace(/!/g, ''));
    chats[i]!.unsend(item.cid);
  }

  function move(which: number, count: number): void {
    const wire = anyOf(server.wires, which);
    if (!wire) return;
    for (let i = 0; i < count; i++) server.step(wire, i % 2 ? 'client' : 'server');
  }

  function reload(i: number): void {
    loads[i]!++;
    chats[i] = load(i);
  }

  function cutAll(code?: number): void {
    for (const wire of [...server.wires]) server.cut(wire, code);
  }

  function take(one: Step): void {
    switch (one.do) {
      case 'say':
        return say(one.device);
      case 'edit':
        return edit(one.device, one.which);
      case 'unsend':
        return unsend(one.device, one.which);
      case 'move':
        return move(one.wire, one.count);
      case 'flush':
        return server.flush();
      case 'cut': {
        const wire = anyOf(server.wires, one.wire);
        return wire && server.cut(wire);
      }
      case 'refuse':
        return void server.outcomes.push(one.stored ? 'unavailable-but-stored' : 'unavailable');
      case 'reload':
        chats[one.device]!.stop();
        return reload(one.device);
      case 'crash':
        world.die(chats[one.device]!);
        return reload(one.device);
      case 'wake':
        world.sleep(LONG_SLEEP_MS);
        return chats[one.device]!.woke();
      case 'wait':
        return clock.advance(one.ms);
      case 'fill':
        server.isFull = one.isFull;
        wasFilled = true;
        return undefined;
      case 'lose':
        server.loseTail(one.count);
        return cutAll(4002);
    }
  }

  /** Half a minute in which nothing goes wrong, and people try again what was not sent. */
  async function settle(): Promise<void> {
    if (wasFilled) {
      // The voids of what was refused are kept for the connection that refused them.
      server.flush();
      cutAll();
    }
    server.isFull = false;
    for (let i = 0; i < 30; i++) {
      server.flush();
      for (const chat of chats) {
        for (const { cid, state } of messagesOf(chat)) if (state === 'failed') chat.retry(cid);
      }
      await passSecond();
    }
  }

  /** A second goes by, and everything that is said in it is heard. */
  async function passSecond(): Promise<void> {
    server.flush();
    clock.advance(1_000);
    // The landing answers, if one was asked.
    await new Promise((resolve) => setImmediate(resolve));
    server.flush();
  }

  return { ...world, chats, said, removed, browsers, pageOf, take, settle, passSecond, cutAll };
}
