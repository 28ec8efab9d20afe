/**
 * One page load as PROTOCOL.md describes it: the log as it was read and checked (EV10, EV11), and what
 * still waits for its echo. Imports nothing from server/ or web/.
 */
import * as crypto from './independent-crypto.ts';
import type { Slot } from './independent-crypto.ts';

export interface Entry extends crypto.Chained {
  sum: string;
  at: number;
  unsends?: string[];
}
export interface Content {
  v: 1;
  kind: string;
  prev: string | null;
  after: { seq: number; hash: string };
  [field: string]: unknown;
}
/** `content` is null for an entry whose box is gone. */
export interface Received {
  entry: Entry;
  sealedAs: 'message' | 'control' | 'unsent';
  content: Content | null;
}
export type Jar = Map<string, string>;

/** Somebody who has entered: what one browser keeps. */
export interface Member {
  base: string;
  sid: string;
  slot: Slot;
  proof: string;
  keys: crypto.SessionKeys;
  names: Record<Slot, string>;
  /** The cookies, the pass among them. */
  jar: Jar;
}

export interface Fields {
  kind: string;
  [field: string]: unknown;
}
export interface Sealed {
  cid: string;
  box: string;
  content: Content;
  unsends?: string[];
}
/** A sealed message until its echo comes, over as many connections as that takes. */
export interface Waiting extends Sealed {
  resolve: (received: Entry) => void;
  reject: (error: Error) => void;
}

export class Tampered extends Error {}

const ignore = () => undefined;

export class Device {
  readonly member: Member;
  log: Received[] = [];
  /** H(0), H(1), … of `log`. */
  chain: string[];
  outbox: Waiting[] = [];
  lastSealed: string | null = null;
  /** EV11 is lasting: once set it stays. */
  tampered: Tampered | null = null;
  readonly #sealedHere = new Set<string>();
  #before: Received[] = [];

  constructor(member: Member) {
    this.member = member;
    this.chain = [crypto.encode(crypto.chainStart(member.sid))];
  }

  get position(): { seq: number; sum: string } | null {
    const last = this.log.at(-1)?.entry;
    return last === undefined ? null : { seq: last.seq, sum: last.sum };
  }

  find(cid: string): Received | undefined {
    return this.log.find(({ entry }) => entry.cid === cid);
  }

  wasSealedHere(cid: string): boolean {
    return this.#sealedHere.has(cid);
  }

  // Sealing

  #content(fields: Fields, prev: string | null): Content {
    return { v: 1, ...fields, prev, after: { seq: this.log.length, hash: this.chain.at(-1)! } };
  }

  #box(content: Content, id: string): string {
    const { sid, slot, keys } = this.member;
    const control = ['unsend', 'reset', 'renewed', 'end'].includes(content.kind);
    const kind = control ? 'control' : 'message';
    const place = { kind, sid, slot, id } as const;
    return crypto.sealText(keys[`${kind}/${slot}`], place, JSON.stringify(content));
  }

  /** Seals at the end of the outbox (EV10); resolves with the entry when its echo comes. */
  post(fields: Fields, unsends?: string[]): Promise<Entry> {
    const cid = crypto.draw(16);
    const content = this.#content(fields, this.lastSealed);
    const box = this.#box(content, cid);
    this.lastSealed = cid;
    this.#sealedHere.add(cid);
    return new Promise((resolve, reject) => {
      const more = unsends === undefined ? {} : { unsends };
      this.outbox.push({ cid, box, content, ...more, resolve, reject });
    });
  }

  /** The box that goes with an end (LF4). */
  sealEnd(): string {
    return this.#box(this.#content({ kind: 'end' }, this.lastSealed), '');
  }

  opensEnd(by: Slot, box: string): boolean {
    const { sid, keys } = this.member;
    try {
      const place = { kind: 'control', sid, slot: by, id: '' } as const;
      const text = crypto.openText(keys[`control/${by}`], place, box);
      return (JSON.parse(text) as Content).kind === 'end';
    } catch {
      return false;
    }
  }

  /** Final nacks (LG5): nothing may name a box that will never stand in the log. */
  giveUp(error: Error): void {
    const own = this.log.filter(({ entry }) => this.#sealedHere.has(entry.cid));
    this.lastSealed = own.at(-1)?.entry.cid ?? null;
    for (const waiting of this.outbox.splice(0)) waiting.reject(error);
  }

  // Reading

  /** LG1, LG2: every entry of ours that comes, in whatever order, is its acknowledgement. */
  acknowledge(entry: Entry): void {
    const at = this.outbox.findIndex(({ cid }) => cid === entry.cid);
    if (at >= 0) this.outbox.splice(at, 1)[0]!.resolve(entry);
  }

  /** EV11 for one entry; null for a repeat, which never moves the chain (LG2). */
  take(entry: Entry): Received | null {
    const stored = this.find(entry.cid)?.entry;
    if (stored !== undefined || entry.seq <= this.log.length) {
      const same =
        stored?.seq === entry.seq &&
        stored.slot === entry.slot &&
        stored.sum === entry.sum &&
        stored.at === entry.at &&
        String(stored.unsends) === String(entry.unsends) &&
        crypto.boxHash(stored) === crypto.boxHash(entry);
      if (!same) throw new Tampered(`entry ${entry.seq} came again with other bytes`);
      return null;
    }
    if (entry.seq !== this.log.length + 1) {
      if (this.outbox.some(({ cid }) => cid === entry.cid)) return null;
      throw new Tampered(`entry ${entry.seq} follows ${this.log.length}`);
    }
    const received = this.#open(entry);
    const before = crypto.decode(this.chain.at(-1)!);
    this.chain.push(crypto.encode(crypto.chainNext(before, entry)));
    this.log.push(received);
    for (const cid of this.#unsentBy(received)) this.#forget(entry.slot, cid);
    return received;
  }

  #holds({ after }: Content): boolean {
    return this.chain[after.seq] === after.hash;
  }

  #open(entry: Entry): Received {
    if (entry.box === undefined) return { entry, sealedAs: 'unsent', content: null };
    const { sid, keys } = this.member;
    const { slot, cid, seq, box } = entry;
    for (const sealedAs of ['message', 'control'] as const) {
      if (entry.unsends !== undefined && sealedAs === 'message') continue;
      let content: Content;
      try {
        const place = { kind: sealedAs, sid, slot, id: cid };
        content = JSON.parse(crypto.openText(keys[`${sealedAs}/${slot}`], place, box)) as Content;
      } catch {
        continue;
      }
      if (content.prev !== null && this.find(content.prev)?.entry.slot !== slot)
        throw new Tampered(`entry ${seq}: prev does not stand earlier in its slot`);
      if (content.after.seq >= seq || !this.#holds(content))
        throw new Tampered(`entry ${seq}: after is not on the chain`);
      const received: Received = { entry, sealedAs, content };
      if (String(this.#unsentBy(received)) !== String(entry.unsends ?? []))
        throw new Tampered(`entry ${seq}: unsends is not what its author said`);
      return received;
    }
    throw new Tampered(`entry ${seq} does not open`);
  }

  #unsentBy({ sealedAs, content }: Received): string[] {
    return sealedAs === 'control' && content?.kind === 'unsend' ? (content['of'] as string[]) : [];
  }

  #forget(slot: Slot, cid: string): void {
    const target = this.find(cid);
    if (target?.entry.slot !== slot) return;
    const hash = crypto.boxHash(target.entry);
    delete target.entry.box;
    target.entry.hash = hash;
    target.sealedAs = 'unsent';
  }

  /** EV11, last clause: entries without a box that no unsend of their author names. */
  unexplained(): Entry[] {
    const named = new Set(
      this.log.flatMap((item) => this.#unsentBy(item).map((cid) => item.entry.slot + cid)),
    );
    return this.log
      .map(({ entry }) => entry)
      .filter(({ box, slot, cid }) => box === undefined && !named.has(slot + cid));
  }

  // A store that lost its tail

  /** RS3: the log begins again. What was in it is kept until `putBack`. */
  reset(): void {
    const again = new Set(this.log.map(({ entry }) => entry.cid));
    this.#before = [...this.log, ...this.#before.filter(({ entry }) => !again.has(entry.cid))];
    this.log = [];
    this.chain.length = 1;
  }

  /** RS4, once the head is reached: own vanished entries, then the outbox, then word of the reset. */
  putBack(head: number): void {
    const waiting = new Set(this.outbox.map(({ cid }) => cid));
    const vanished = this.#before.filter(
      ({ entry: { cid, slot } }) =>
        slot === this.member.slot && this.find(cid) === undefined && !waiting.has(cid),
    );
    const back = vanished.map(({ entry: { cid, box, unsends }, content }): Waiting => {
      const more = unsends === undefined ? {} : { unsends };
      const rest = { cid, ...more, resolve: ignore, reject: ignore };
      if (box !== undefined && content !== null) return { ...rest, box, content };
      const gone = this.#content({ kind: 'void' }, content?.prev ?? null);
      return { ...rest, box: this.#box(gone, cid), content: gone };
    });
    const queue = [...back, ...this.outbox];
    this.outbox = [];
    for (const item of queue) this.outbox.push(this.#holds(item.content) ? item : this.#anew(item));
    const known = new Set(this.#before.map(({ entry }) => entry.cid));
    const told = this.log.some(
      ({ entry, content }) => content?.kind === 'reset' && !known.has(entry.cid),
    );
    this.#before = [];
    if (!told) void this.post({ kind: 'reset', seq: head }).catch(ignore);
  }

  /** EV12: the same cid and prev, or null where prev is nowhere any more. */
  #anew(item: Waiting): Waiting {
    const { v: _v, prev, after: _after, ...fields } = item.content;
    const stands =
      prev !== null &&
      (this.find(prev) !== undefined || this.outbox.some(({ cid }) => cid === prev));
    const content = this.#content(fields, stands ? prev : null);
    return { ...item, content, box: this.#box(content, item.cid) };
  }
}
