/**
 * What this device has sealed and not yet seen in the log: kept in order, sent in order, sent
 * again after a nack or on a new connection, until its echo comes. Decides when and what to
 * send; the connection, the log and where it is kept meanwhile are handed in. Long because
 * all that may happen to a sealed message is one story.
 */
import { signal, type ReadonlySignal } from '@preact/signals-core';
import type { Control, Message, SealedView } from '../../server/protocol/envelope/content.ts';
import { newCid, openEntry, type OpenedEntry } from '../../server/protocol/envelope/entry-box.ts';
import type { NackError } from '../../server/protocol/errors.ts';
import type { ClientFrame } from '../../server/protocol/frames.ts';
import type { EnteredSession } from './entering.ts';
import type { Environment } from './environment.ts';
import { findEntry, isOnChain, viewOf, wasUnsent, type Log, type LogEntry } from './log.ts';
import { sealOpened, type OutboxItem, type SealedItem } from './sealing.ts';
import { createTimer } from './timer.ts';

/** After a nack that does not say (LG5). */
const RESEND_AFTER_MS = 1_000;

interface OutboxOptions {
  session: Pick<EnteredSession, 'sid' | 'slot' | 'keys'>;
  environment: Pick<Environment, 'schedule'>;
  log: () => Log;
  /** False if there is no live connection. */
  send: (frame: ClientFrame) => boolean;
  onFull: () => void;
}

export function createOutbox({ session, environment, log, send, onFull }: OutboxOptions) {
  const items = signal<readonly OutboxItem[]>([]);
  /** Sent on this connection and not refused since. */
  const inFlight = new Set<string>();
  /** The log was read to its head on this connection. */
  let isReady = false;
  /** After a nack: nothing goes until it ends. */
  const pause = createTimer(environment);
  /** The refused cid that the server wants to see before any other (LG5). */
  let wanted: string | null = null;
  /** This device's previous box. */
  let previous: string | null = null;

  function seal(cid: string, opened: OpenedEntry, of?: readonly string[]): OutboxItem {
    return sealOpened(session, { cid, opened, ...(of && { of }), failed: false });
  }

  /**
   * Whether a box may name `cid` as the one before it: the entry stands in the log, or will,
   * because it is sent earlier. A server that is full takes unsends past a refused message, so
   * theirs must stand already.
   */
  function mayFollow(cid: string | null, earlier: readonly OutboxItem[], isUnsend: boolean) {
    if (cid === null || findEntry(log(), cid)?.entry.slot === session.slot) return true;
    return !isUnsend && earlier.some((item) => item.cid === cid && !item.failed);
  }

  /** The item as it can be sent now; the same object if it can be sent as it is. */
  function renew(item: OutboxItem, earlier: readonly OutboxItem[]): OutboxItem {
    const { prev, after } = item.opened;
    const isLinked = mayFollow(prev, earlier, item.of !== undefined);
    if (isLinked && isOnChain(log(), after)) return item;
    const view: SealedView = { prev: isLinked ? prev : null, after: viewOf(log()) };
    return seal(item.cid, { ...item.opened, ...view }, item.of);
  }

  /**
   * An unsend of what is nothing but a void, since the server lost the message (RS4). It would
   * replace the void's box, and who reads the log later would see a removed message there.
   */
  function isNeedless({ cid, of }: OutboxItem): boolean {
    const [message] = of ?? [];
    if (message === undefined || inFlight.has(cid)) return false;
    const stored = findEntry(log(), message);
    if (stored) return stored.opened?.content.kind === 'void';
    return items.value.some((item) => item.cid === message && isVoid(item));
  }

  /** Sends, in order, everything that may go and has not gone. May be called at any time. */
  function flush(): void {
    if (!isReady || pause.isRunning) return;
    const renewed: OutboxItem[] = [];
    const due: OutboxItem[] = [];
    for (const item of items.value.filter((one) => !isNeedless(one))) {
      const isDue = !item.failed && !inFlight.has(item.cid);
      const next = isDue ? renew(item, renewed) : item;
      renewed.push(next);
      if (isDue) due.push(next);
    }
    if (items.value.some((item, i) => item !== renewed[i])) items.value = renewed;
    // It was stored for all that, and its echo has come: a void asks for nothing more.
    if (wanted !== null && !renewed.some(({ cid }) => cid === wanted)) put(sealVoid(wanted));
    for (const item of due) {
      if (!put(item)) return;
      inFlight.add(item.cid);
    }
  }

  function put({ cid, box, of }: SealedItem): boolean {
    if (cid === wanted) wanted = null;
    return send(of ? { type: 'unsend', of: [...of], cid, box } : { type: 'send', cid, box });
  }

  function sealVoid(cid: string, prev: string | null = null, after = viewOf(log())): OutboxItem {
    return seal(cid, { sealedAs: 'message', prev, after, content: { kind: 'void' } });
  }

  function update(cid: string, by: (item: OutboxItem) => OutboxItem): void {
    items.value = items.value.map((item) => (item.cid === cid ? by(item) : item));
  }

  /** Same cid, same prev, nothing said. */
  function voided({ cid, opened: { prev, after }, failed }: OutboxItem): OutboxItem {
    return { ...sealVoid(cid, prev, after), failed };
  }

  /** Nobody retries what is no message of its own: a change is given up, a control waits. */
  function refused(item: OutboxItem): OutboxItem {
    const { kind } = item.opened.content;
    return kind === 'edit' || kind === 'react' ? voided(item) : item;
  }

  function add(opened: Unplaced, of?: readonly string[], cid = newCid()): string {
    const prev = mayFollow(previous, items.value, of !== undefined) ? previous : null;
    // as: the two parts of one OpenedEntry, put together again
    const whole = { ...opened, prev, after: viewOf(log()) } as OpenedEntry;
    items.value = [...items.value, seal(cid, whole, of)];
    previous = cid;
    flush();
    return cid;
  }

  /** Unsent, about to be, or deleted before it was sent. */
  function isDeleted(cid: string): boolean {
    const isSo = (item: OutboxItem) => item.of?.includes(cid) || (item.cid === cid && isVoid(item));
    return wasUnsent(log(), cid) || items.value.some(isSo);
  }

  /**
   * The message to unsend, if any, now that `stored` stands although its cid was deleted here. An
   * edit goes with its message only: alone it was given up, and may stand as well.
   */
  function unwantedIn({ entry, opened }: LogEntry): string[] {
    const content = opened?.content;
    if (!content || content.kind === 'void' || content.kind === 'react') return [];
    if (content.kind !== 'edit') return [entry.cid];
    return isDeleted(content.of) ? [content.of] : [];
  }

  /**
   * New entries stand in the log. Returns the cids of the messages that were deleted while they,
   * or edits of them, were on their way, and so have to be unsent.
   */
  function echoed(added: readonly LogEntry[]): string[] {
    const unwanted: string[] = [];
    const echoes = new Map(added.map((one) => [one.entry.cid, one]));
    const kept = items.value.filter(({ cid, opened }) => {
      const echo = echoes.get(cid);
      if (!echo) return true;
      if (isVoid({ opened }) || wasUnsent(log(), cid)) unwanted.push(...unwantedIn(echo));
      return false;
    });
    if (kept.length < items.value.length) items.value = kept;
    return [...new Set(unwanted)];
  }

  return {
    items: items as ReadonlySignal<readonly OutboxItem[]>,

    /** Seals and queues; on its way at once if it can be. A file's cid is that of its upload. */
    say: (content: Message, cid?: string) => add({ sealedAs: 'message', content }, undefined, cid),
    control: (content: Control) =>
      add({ sealedAs: 'control', content }, content.kind === 'unsend' ? content.of : undefined),

    /** What is appended in another way than by being sent; it counts as this device's last box. */
    sealAside(content: Control): SealedItem {
      const prev = mayFollow(previous, [], true) ? previous : null;
      previous = newCid();
      return seal(previous, { sealedAs: 'control', prev, after: viewOf(log()), content });
    },

    /**
     * Entries of this participant that the server has lost, before all else, in their order; what
     * had been unsent, or is about to be, as void.
     */
    putBack(lost: readonly LogEntry[]): void {
      const unsends = [
        ...lost.map(({ entry }) => entry.unsends),
        ...items.value.map(({ of }) => of),
      ];
      const unsent = new Set(unsends.flatMap((of) => of ?? []));
      const known = new Set(items.value.map(({ cid }) => cid));
      const back = lost.filter(({ entry }) => !known.has(entry.cid));
      items.value = [...back.map((one) => restore(one, unsent)), ...items.value];
    },

    /**
     * The outbox of a page that is gone, behind one's own. A page that only slept may have gone on
     * with what another had adopted: what either deleted is deleted. Returns what echoed() does
     * of what was stored meanwhile; null if nothing of it opens.
     */
    adopt(sealed: readonly SealedItem[]): string[] | null {
      const opened = sealed.flatMap((item) => openSealed(item) ?? []);
      const known = new Set(items.value.map(({ cid }) => cid));
      const deleted = new Set(opened.filter(isVoid).map(({ cid }) => cid));
      items.value = [
        ...items.value.map((item) =>
          deleted.has(item.cid) && !isVoid(item) ? voided(item) : item,
        ),
        ...opened.filter(({ cid }) => !known.has(cid)),
      ];
      const unwanted = echoed(log().entries);
      flush();
      return opened.length > 0 ? unwanted : null;
    },

    /** The log was read to its head on a new connection. */
    connected(): void {
      pause.cancel();
      inFlight.clear();
      wanted = null;
      isReady = true;
      const isOver = ({ cid, failed, opened }: OutboxItem) =>
        findEntry(log(), cid) !== undefined || (failed && isVoid({ opened }));
      items.value = items.value
        .filter((item) => !isOver(item))
        .map((item) => (item.opened.sealedAs === 'control' ? { ...item, failed: false } : item));
      flush();
    },

    disconnected(): void {
      isReady = false;
      pause.cancel();
    },

    echoed,

    nacked(cid: string, error: NackError, retryInMs?: number): void {
      const place = items.value.findIndex((item) => item.cid === cid);
      // Nothing behind it was taken, or will be before it comes: all go again, in order.
      for (const item of items.value.slice(Math.max(place, 0))) inFlight.delete(item.cid);
      const isBlocked = items.value.slice(0, Math.max(place, 0)).some(({ failed }) => failed);
      if (error === 'session_full' || error === 'gone' || (error === 'waiting' && isBlocked)) {
        update(cid, (item) => refused({ ...item, failed: true }));
        if (error === 'session_full') onFull();
        return;
      }
      if (error === 'store_unavailable') wanted = cid;
      if (!pause.isRunning) pause.start(flush, retryInMs ?? RESEND_AFTER_MS);
    },

    /**
     * Deletes what is still here, and its edits. What was sent before may be stored all the
     * same: see echoed(). False if `cid` is not here.
     */
    unsend(cid: string): boolean {
      const isHere = items.value.some((item) => item.cid === cid);
      const isPart = (item: OutboxItem) =>
        item.cid === cid || (item.opened.content.kind === 'edit' && item.opened.content.of === cid);
      if (items.value.some(isPart)) {
        items.value = items.value.map((item) => (isPart(item) ? voided(item) : item));
      }
      return isHere;
    },

    /** Tries a failed message again, and those before it: the server takes them in order only. */
    retry(cid: string): void {
      const place = items.value.findIndex((item) => item.cid === cid);
      items.value = items.value.map((item, i) => (i <= place ? { ...item, failed: false } : item));
      flush();
    },

    /** Forgets a failed message. Its void stays, unseen, until the next connection. */
    discard(cid: string): void {
      update(cid, (item) => (item.failed ? voided(item) : item));
    },

    clear(): void {
      isReady = false;
      pause.cancel();
      items.value = [];
    },
  };

  function restore({ entry, opened }: LogEntry, unsent: ReadonlySet<string>): OutboxItem {
    const { cid, box, unsends: of } = entry;
    const isGone = unsent.has(cid) || wasUnsent(log(), cid);
    const isLasting = opened?.content.kind !== 'renewed' && !isGone;
    if (box !== undefined && opened && isLasting) {
      return { cid, box, opened, failed: false, ...(of && { of }) };
    }
    return sealVoid(cid, opened?.prev);
  }

  function openSealed({ cid, box, of }: SealedItem): OutboxItem | null {
    const { sid, slot, keys } = session;
    const entry = { seq: 0, sum: '', at: 0, slot, cid, box, ...(of && { unsends: of }) };
    const opened = openEntry(keys, sid, entry);
    return opened && { cid, box, opened, failed: false, ...(of && { of }) };
  }
}

type Unplaced = Omit<OpenedEntry, keyof SealedView>;

/** Deleted before it was sent. */
function isVoid({ opened }: Pick<OutboxItem, 'opened'>): boolean {
  return opened.content.kind === 'void';
}
