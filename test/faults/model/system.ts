/**
 * The product as the commands handle it: one chat in a real world, the browsers of its people
 * each behind a network of its own, and their pages.
 */
import type { MessageItem } from '../../../web/core/chat-view.ts';
import { outboxPrefix, keysIn, wipeOutboxes } from '../../../web/core/left-outboxes.ts';
import { createSessionApi, type EnterResult, type Gone } from '../../../web/core/session-api.ts';
import type { TcpProxy } from '../../support/tcp-proxy.ts';
import { createBrowser, type Browser } from '../world/browser.ts';
import { askLanding, createPair, enterIn, messagesOf, meet } from '../world/pair.ts';
import type { Device, Pair } from '../world/pair.ts';
import { openStoreView, type StoreView } from '../world/store-view.ts';
import { Decided, persist } from '../world/until.ts';
import { startWorld, type World, type WorldOptions } from '../world/world.ts';
import { SLOTS } from './model.ts';

/** Longer than a page may be silent before another takes over what it has not sent. */
const LONG_SLEEP_MS = 7_000;
export const SHORT_IDLE_MS = 2_000;

/** What one run after the other is played on. */
export interface Stage {
  world: World;
  /** One for each browser. */
  wires: { base: string; wire: TcpProxy }[];
  /** Another chat in the same world: nothing of it may be met in this one, or the other way. */
  neighbours: Pair;
  /** Null over the embedded store: nobody can look into that. */
  view: StoreView | null;
  close(): Promise<void>;
}

export async function openStage(options: WorldOptions): Promise<Stage> {
  const world = await startWorld({ ...options, env: { IDLE_TTL: '1h' } });
  const wires = await Promise.all(SLOTS.map(() => world.openWire()));
  const neighbours = await meet(world.base);
  const view = options.storeEnv ? null : openStoreView(world.redis.url);
  return {
    ...{ world, wires, neighbours, view },
    async close() {
      neighbours.close();
      view?.close();
      await world.close();
    },
  };
}

export type EnterAnswer =
  | { result: 'entered' | 'gone' }
  | { result: 'wrong_code'; triesLeft: number; isFirst: boolean };

export type System = Awaited<ReturnType<typeof createSystem>>;

export async function createSystem(stage: Stage, isShort: boolean) {
  const { world, wires } = stage;
  for (const { wire } of wires) wire.release();
  const pair = await createPair(world.base, isShort ? `${SHORT_IDLE_MS / 1_000}s` : undefined);
  const browsers = wires.map(({ base }) => createBrowser(base));
  /** By the model's numbers. */
  const devices = new Map<number, Device>();
  /** Of nobody's: to see what becomes of the chat. */
  const spectator = createBrowser(world.base);

  const browserOf = (index: number): Browser => browsers[index]!; // the model has as many
  const wireOf = (index: number): TcpProxy => wires[index]!.wire; // the model has as many
  const slotOf = (index: number) => SLOTS[index]!; // the model has as many

  function page(id: number): Device {
    const device = devices.get(id);
    if (!device) throw new Error(`there is no page ${id}`);
    return device;
  }

  return {
    ...{ stage, pair, browsers, devices, page },

    async enter(index: number, isRight: boolean): Promise<EnterAnswer> {
      const slot = slotOf(index);
      const { links, codes } = pair;
      const code = isRight ? codes[slot] : wrong(codes[slot]);
      let attempts = 0;
      try {
        await persist(() => {
          attempts++;
          return enterIn(browserOf(index), links[slot], code);
        });
        return { result: 'entered' };
      } catch (error) {
        if (!(error instanceof Decided)) throw error;
        const answer = error.answer as Gone | EnterResult; // as: what enter answers when decided
        if (answer.result === 'gone') return { result: 'gone' };
        if (answer.result !== 'wrong_code') throw error;
        return { ...answer, isFirst: attempts === 1 };
      }
    },

    /** False if the chat is over. */
    async open(index: number, id: number): Promise<boolean> {
      try {
        devices.set(id, await pair.open(slotOf(index), browserOf(index)));
        return true;
      } catch (error) {
        if (goneIn(error)) return false;
        throw error;
      }
    },

    /** As the page does it: the pass first, then whatever is in the browser. */
    async leave(index: number, ids: readonly number[]): Promise<void> {
      const browser = browserOf(index);
      const api = createSessionApi({
        environment: browser.load().environment,
        base: browser.base,
      });
      await persist(async () => {
        const { result } = await api.leave(pair.sid);
        if (result !== 'done') throw new Error(result);
      });
      for (const id of ids) {
        page(id).chat.wipe();
        page(id).close();
        devices.delete(id);
      }
      wipeOutboxes(browser.load().environment, pair.sid);
    },

    /** `isPolite`: as a reload; else as a browser that crashes. */
    closePage(id: number, isPolite: boolean): void {
      if (isPolite) page(id).close();
      else page(id).die();
      devices.delete(id);
    },

    cut: (index: number) => wireOf(index).cut(),
    hold: (index: number) => wireOf(index).hold('in', 'out'),
    release: (index: number) => wireOf(index).release(),

    /** The laptop was closed for a while. */
    wake(index: number, ids: readonly number[]): void {
      browserOf(index).sleep(LONG_SLEEP_MS);
      for (const id of ids) page(id).chat.woke();
    },

    /** How it ended; null if it has not. */
    async whetherGone(slot: 'a' | 'b' = 'a'): Promise<Gone | null> {
      try {
        await persist(() => askLanding(spectator, pair.links[slot]));
        return null;
      } catch (error) {
        const gone = goneIn(error);
        if (gone) return gone;
        throw error;
      }
    },

    /** How many outboxes are left in a browser. */
    outboxesIn: (index: number) => keysIn(browserOf(index).storage, outboxPrefix(pair.sid)).length,

    /** What the store holds of this chat, as parts of their names; null if nobody can see. */
    keysInStore: async () => stage.view?.keysOf(pair.sid) ?? null,

    async startNodes(): Promise<void> {
      await Promise.all(world.nodes.filter(({ isUp }) => !isUp).map((node) => node.start()));
    },

    close(): void {
      pair.close();
      for (const { wire } of wires) wire.release();
    },
  };
}

export function messageOn(device: Device, cid: string): MessageItem | undefined {
  return messagesOf(device.chat).find((item) => item.cid === cid);
}

/** Another code, like the right one in form. */
function wrong(code: string): string {
  return code.endsWith('0') ? `${code.slice(0, -1)}1` : `${code.slice(0, -1)}0`;
}

function goneIn(error: unknown): Gone | null {
  if (!(error instanceof Decided) || error.answer.result !== 'gone') return null;
  return error.answer as Gone; // as: told apart by its result
}
