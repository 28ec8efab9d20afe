/**
 * What people know of their chat: who is in where, which messages were said in which order and
 * which were removed, how the chat may have ended. Pure; knows no product. Where the product may
 * do either of two things, the model says `maybe`, and nothing else.
 */
import { otherSlot, type Slot } from '../../../server/protocol/frames.ts';

/** a has a laptop and a phone, b a tablet. */
export const SLOTS: readonly Slot[] = ['a', 'a', 'b'];
export const MAX_PAGES_OF_BROWSER = 2;
/** One less than connections are allowed: whoever looks in at the end needs one. */
const MAX_PAGES_OF_SLOT = 3;
/** The budget of tries is not what is tested here. */
const MAX_WRONG_CODES = 3;
export const FREE_TRIES = 5;

export interface ModelBrowser {
  slot: Slot;
  isInside: boolean;
  /** Its network is dead. */
  isHeld: boolean;
  /**
   * A page went after somebody wanted to end the chat: it may have left an outbox behind the wipe
   * of another, until somebody opens the link again.
   */
  mayLeaveOutbox: boolean;
}

export interface ModelPage {
  id: number;
  browser: number;
  /** `end` was pressed here. */
  isEnding: boolean;
}

export interface Said {
  slot: Slot;
  browser: number;
  page: number;
  /** When it was said, on this process's clock. */
  at: number;
  /** The first as said, the others as changed, in the order of pressing. */
  texts: string[];
  /** Pages that changed it, each with its browser; with more than one, either may be the last. */
  editors: Map<number, number>;
  /** Browsers that removed it. */
  removers: Set<number>;
  isKept: 'surely' | 'maybe';
  isRemoved: 'no' | 'maybe' | 'surely';
}

/** `by` of a chat that was ended by a person; else the reason alone. */
export type Ending = 'ended by a' | 'ended by b' | 'silence';

/** What a run is about: all of it at once would leave little to compare, or take too long. */
export interface Plan {
  /** Everybody is in from the start. */
  isMet: boolean;
  /** The chat expires after two seconds of silence. */
  isShort: boolean;
  /** People end it. */
  mayEnd: boolean;
  /** Nodes are killed. */
  mayKill: boolean;
}

export interface Model {
  plan: Plan;
  browsers: ModelBrowser[];
  /** Those that are open. */
  pages: ModelPage[];
  /** In the order of pressing. */
  said: Map<string, Said>;
  /** Wrong codes since the last right one. */
  wrongCodes: Record<Slot, number>;
  hasEntered: Record<Slot, boolean>;
  /** Ways in which it may be over by now. */
  endings: Set<Ending>;
  /** It cannot be alive any more. */
  isOver: boolean;
  nodesDown: Set<number>;
}

export function createModel(plan: Plan): Model {
  return {
    plan,
    browsers: SLOTS.map((slot) => ({
      ...{ slot, isInside: false, isHeld: false, mayLeaveOutbox: false },
    })),
    pages: [],
    said: new Map(),
    wrongCodes: { a: 0, b: 0 },
    hasEntered: { a: false, b: false },
    endings: new Set(),
    isOver: false,
    nodesDown: new Set(),
  };
}

export const slotOf = (model: Model, page: ModelPage): Slot => model.browsers[page.browser]!.slot; // only there with its browser

export function mayEnter({ browsers, wrongCodes }: Model, browser: number): boolean {
  const { slot, isHeld, isInside } = browsers[browser]!; // drawn from those there are
  return !isHeld && (isInside || wrongCodes[slot] < MAX_WRONG_CODES);
}

export function mayOpen(model: Model, browser: number): boolean {
  const { slot, isHeld, isInside } = model.browsers[browser]!; // drawn from those there are
  const inBrowser = model.pages.filter((page) => page.browser === browser).length;
  const ofSlot = model.pages.filter((page) => slotOf(model, page) === slot).length;
  return isInside && !isHeld && inBrowser < MAX_PAGES_OF_BROWSER && ofSlot < MAX_PAGES_OF_SLOT;
}

/** The right code was taken, or none was needed. */
export function entered(model: Model, browser: number): void {
  const one = model.browsers[browser]!; // drawn from those there are
  if (!one.isInside) model.wrongCodes[one.slot] = 0;
  one.isInside = true;
  model.hasEntered[one.slot] = true;
  if (model.plan.isShort && model.hasEntered[otherSlot(one.slot)]) model.endings.add('silence');
}

export function pageGone(model: Model, id: number): void {
  const browser = model.browsers[model.pages.find((page) => page.id === id)?.browser ?? -1];
  if (browser && model.endings.size > 0) browser.mayLeaveOutbox = true;
  model.pages = model.pages.filter((page) => page.id !== id);
}

/** Instead of a page. */
const NOBODY = -1;

/**
 * A browser has left, and everything of the chat in it was wiped: what it had not yet seen
 * stored, changed or removed for all others may or may not be.
 */
export function left(
  model: Model,
  browser: number,
  known: { isStored(cid: string): boolean; isUnsentElsewhere(cid: string): boolean },
): void {
  model.browsers[browser]!.isInside = false; // drawn from those there are
  const pages = model.pages.filter((page) => page.browser === browser).map(({ id }) => id);
  for (const [cid, one] of model.said) {
    if (one.browser === browser && !known.isStored(cid)) one.isKept = 'maybe';
    // Changes of a browser that is gone, by pages that had gone before it too: any of the texts.
    if ([...one.editors.values()].includes(browser)) one.editors.set(NOBODY, browser);
    if (one.removers.has(browser) && one.removers.size === 1 && !known.isUnsentElsewhere(cid)) {
      one.isRemoved = 'maybe';
    }
  }
  for (const page of pages) pageGone(model, page);
}

export const REMOVED = '(removed)';

/** What may stand on every screen in the end: a text, REMOVED, or null for nothing. */
export function isAllowed(one: Said, shown: string | null): boolean {
  if (shown === null) return one.isKept === 'maybe' || one.isRemoved !== 'no';
  if (shown === REMOVED) return one.isRemoved !== 'no';
  if (one.isRemoved === 'surely') return false;
  return one.editors.size > 1 ? one.texts.includes(shown) : shown === one.texts.at(-1);
}
