// A server for one session, in memory, whose frames go nowhere until they are flushed by hand.
// Keeps the rules of PROTOCOL.md as far as clients see them; can refuse, cut and forget, and show
// whom it likes another log than the one it has.
import { createHash } from 'node:crypto';
import type {
  ClientFrame,
  Entry,
  Position,
  Receipt,
  ServerFrame,
  Slot,
} from '../../../../server/protocol/frames.ts';
import { parseClientFrame } from '../../../../server/protocol/parse-client-frame.ts';
import type { Socket } from '../../../../web/core/environment.ts';
import { newSum } from './session.ts';

const PAGE = 100;

export interface Wire {
  slot: Slot;
  /** Whose it is: one name for each page load. */
  page: string;
  toServer: string[];
  toClient: ServerFrame[];
  isOpen: boolean;
  isClosed: boolean;
  greeted: boolean;
  seen: Position | null;
  refused: { cid: string; full: boolean } | null;
  socket: Socket;
}

/** What a server does that keeps the protocol, but not to the truth. */
export interface Liar {
  /** The log that is shown on this connection; where it grows, it must not change. */
  log(wire: Wire, truth: readonly Entry[]): readonly Entry[];
  /** A frame that is about to be said; null says nothing. */
  frame(wire: Wire, frame: ServerFrame): ServerFrame | null;
  /** What is done about a frame, in its place. */
  take(wire: Wire, frame: ClientFrame): readonly ClientFrame[];
}

export type FakeServer = ReturnType<typeof createFakeServer>;

export function createFakeServer() {
  let log: Entry[] = [];
  /** The log as it was when it had so many entries. */
  const snapshots: Entry[][] = [[]];
  let wires: Wire[] = [];
  const receipts: Record<Slot, Receipt> = {
    a: { received: 0, read: 0 },
    b: { received: 0, read: 0 },
  };
  const received: { slot: Slot; frame: ClientFrame }[] = [];
  const server = {
    /** What becomes of the next appends; `ok` once it is empty. */
    outcomes: [] as ('ok' | 'unavailable' | 'unavailable-but-stored')[],
    isFull: false,
    refusesOpen: false,
    liar: null as Liar | null,
    /** Told of every frame that a client reads. */
    onRead: (_wire: Wire, _frame: ServerFrame) => {},
    received,
    /** Every box that was ever stored, by its cid; also those replaced by their hashes. */
    boxes: new Map<string, string>(),
    /** The page whose send each entry was. */
    authors: new Map<string, string>(),
    get log() {
      return log;
    },
    get wires() {
      return wires;
    },

    openSocket(slot: Slot, page = ''): Socket {
      const socket: Socket = {
        onopen: null,
        onmessage: null,
        onclose: null,
        onerror: null,
        get readyState() {
          return wire.isClosed ? 3 : wire.isOpen ? 1 : 0;
        },
        send: (text) => {
          if (socket.readyState !== 1) throw new Error('sent on a socket that is not open');
          wire.toServer.push(text);
        },
        close: () => drop(wire),
      };
      const wire: Wire = {
        ...{ slot, page, socket, toServer: [], toClient: [], isOpen: false, isClosed: false },
        ...{ greeted: false, seen: null, refused: null },
      };
      wires.push(wire);
      return socket;
    },

    /** One thing happens on a wire: it opens, the server reads a frame, the client reads one. */
    step(wire: Wire, side: 'server' | 'client' = 'server'): boolean {
      if (wire.isClosed) return false;
      if (!wire.isOpen) {
        if (server.refusesOpen) return (server.cut(wire, 1006), true);
        wire.isOpen = true;
        wire.socket.onopen?.(undefined as never); // as: the argument is never looked at
        return true;
      }
      if (side === 'server') {
        const text = wire.toServer.shift();
        if (text === undefined) return false;
        const frame = parseClientFrame(text, 20_000);
        if (!frame) throw new Error(`not a client frame: ${text}`);
        received.push({ slot: wire.slot, frame });
        for (const taken of server.liar?.take(wire, frame) ?? [frame]) take(wire, taken);
        return true;
      }
      const frame = wire.toClient.shift();
      if (!frame) return false;
      server.onRead(wire, frame);
      wire.socket.onmessage?.({ data: JSON.stringify(frame) });
      return true;
    },

    /** Everything that can happen happens. */
    flush(): void {
      for (let busy = true; busy;) {
        busy = false;
        for (const wire of wires) {
          while (server.step(wire, 'server') || server.step(wire, 'client')) busy = true;
        }
      }
    },

    /** What was on its way to the client is lost; to the server, too. */
    cut(wire: Wire, code = 1006): void {
      if (wire.isClosed) return;
      drop(wire);
      wire.socket.onclose?.({ code });
    },

    /** Failover: the newest `count` entries are gone, and nobody was told. */
    loseTail(count: number): void {
      // As a replica would: an unsend that is lost has replaced no box.
      const length = Math.max(0, log.length - count);
      if (count > 0) log = snapshots[length] ?? log.slice(0, length);
      for (const mine of Object.values(receipts)) {
        mine.received = Math.min(mine.received, log.length);
        mine.read = Math.min(mine.read, mine.received);
      }
    },

    /** For attacks and faults: every connection of `slot`, or of both, gets this frame. */
    inject(frame: ServerFrame, slot?: Slot): void {
      for (const wire of wires)
        if (wire.greeted && (!slot || wire.slot === slot)) tell(wire, frame);
    },

    replaceLog(entries: Entry[]): void {
      log = entries;
    },
  };

  function drop(wire: Wire): void {
    wire.isClosed = true;
    wires = wires.filter((one) => one !== wire);
  }

  function take(wire: Wire, frame: ClientFrame): void {
    switch (frame.type) {
      case 'hello':
        return greet(wire, frame.after);
      case 'send':
      case 'unsend':
        return store(wire, frame);
      case 'receipt': {
        const mine = receipts[wire.slot];
        mine.received = Math.max(mine.received, Math.min(frame.received, log.length));
        mine.read = Math.max(mine.read, Math.min(frame.read, mine.received));
        return server.inject({ type: 'receipt', slot: wire.slot, ...mine });
      }
      case 'typing': {
        const other = wire.slot === 'a' ? 'b' : 'a';
        return server.inject({ type: 'typing', slot: wire.slot, on: frame.on }, other);
      }
      case 'keep':
        return server.inject({ type: 'expires', inMs: 600_000, by: 'silence' });
      case 'end': {
        const { box } = frame;
        return server.inject({
          type: 'ended',
          reason: 'ended',
          by: wire.slot,
          ...(box && { box }),
        });
      }
      case 'ping':
        tell(wire, { type: 'pong' });
    }
  }

  function tell(wire: Wire, frame: ServerFrame): void {
    const said = server.liar ? server.liar.frame(wire, frame) : frame;
    if (said) wire.toClient.push(said);
  }

  function shownTo(wire: Wire): readonly Entry[] {
    return server.liar?.log(wire, log) ?? log;
  }

  /** How many entries of `shown` end with this one; null if it is not there. */
  function placeOf(at: Position | null, shown: readonly Entry[]): number | null {
    if (at === null) return 0;
    // The truth is numbered without gaps; a lie may be not.
    const guess = shown[at.seq - 1];
    const isAt = ({ seq, sum }: Entry) => seq === at.seq && sum === at.sum;
    const place = guess && isAt(guess) ? at.seq - 1 : shown.findIndex(isAt);
    return place < 0 ? null : place + 1;
  }

  function greet(wire: Wire, after: Position | null): void {
    const shown = shownTo(wire);
    const place = placeOf(after, shown);
    tell(wire, {
      type: 'welcome',
      slot: wire.slot,
      head: shown.at(-1)?.seq ?? 0,
      sum: shown.at(-1)?.sum ?? '',
      reset: place === null,
      idleMs: 600_000,
      expiresInMs: 600_000,
      expiresBy: 'silence',
      limits: { messageBytes: 16_384, fileBytes: 0, filesBytes: 0, files: 0, entries: 5_000 },
      receipts: { a: { ...receipts.a }, b: { ...receipts.b } },
      peer: { state: 'online' },
    });
    for (let i = place ?? 0; i < shown.length; i += PAGE) {
      tell(wire, { type: 'entries', list: shown.slice(i, i + PAGE) });
    }
    wire.greeted = true;
    wire.seen = shown.at(-1) ?? null;
  }

  function store(wire: Wire, frame: Extract<ClientFrame, { type: 'send' | 'unsend' }>): void {
    const { cid, box } = frame;
    const isUnsend = frame.type === 'unsend';
    if (wire.refused && wire.refused.cid !== cid && !(isUnsend && wire.refused.full)) {
      return tell(wire, { type: 'nack', cid, error: 'waiting' });
    }
    const outcome = server.outcomes.shift() ?? 'ok';
    if (outcome === 'unavailable') return refuse(wire, cid, 'store_unavailable');
    if (placeOf(wire.seen, shownTo(wire)) === null) return server.cut(wire, 4002);
    const known = log.find((entry) => entry.cid === cid);
    if (!known && server.isFull && !isUnsend) return refuse(wire, cid, 'session_full');
    if (!known) append(wire, cid, box, isUnsend ? frame.of : null);
    if (outcome === 'unavailable-but-stored') return refuse(wire, cid, 'store_unavailable');
    if (wire.refused?.cid === cid) wire.refused = null;
    const stored = known && shownTo(wire).find((entry) => entry.cid === cid);
    if (stored) tell(wire, { type: 'entry', ...stored });
  }

  function refuse(wire: Wire, cid: string, error: 'store_unavailable' | 'session_full'): void {
    wire.refused = { cid, full: error === 'session_full' };
    tell(wire, { type: 'nack', cid, error });
  }

  function append({ slot, page }: Wire, cid: string, box: string, of: string[] | null): void {
    const seq = log.length + 1;
    server.boxes.set(cid, box);
    server.authors.set(cid, page);
    if (of) log = log.map((entry) => (of.includes(entry.cid) ? withoutBox(entry) : entry));
    const entry: Entry = {
      seq,
      sum: newSum(),
      slot,
      cid,
      at: seq,
      box,
      ...(of && { unsends: of }),
    };
    log = [...log, entry];
    snapshots[seq] = log;
    for (const wire of wires) if (wire.greeted) catchUp(wire);
  }

  function catchUp(wire: Wire): void {
    const shown = shownTo(wire);
    const place = placeOf(wire.seen, shown);
    // A connection whose log is not this one any more is closed by its node.
    if (place === null) return server.cut(wire, 4002);
    for (const entry of shown.slice(place)) tell(wire, { type: 'entry', ...entry });
    wire.seen = shown.at(-1) ?? null;
  }

  return server;
}

function withoutBox({ box, ...entry }: Entry): Entry {
  if (box === undefined) return entry;
  const hash = createHash('sha256').update(Buffer.from(box, 'base64url')).digest('base64url');
  return { ...entry, hash };
}
