// A server for one session, in memory, whose frames go nowhere until they are flushed by hand.
// Keeps the rules of PROTOCOL.md as far as clients see them; can refuse, cut and forget.
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
  toServer: string[];
  toClient: ServerFrame[];
  isOpen: boolean;
  isClosed: boolean;
  greeted: boolean;
  seen: Position | null;
  refused: { cid: string; full: boolean } | null;
  socket: Socket;
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
    received,
    get log() {
      return log;
    },
    get wires() {
      return wires;
    },

    openSocket(slot: Slot): Socket {
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
        ...{ slot, socket, toServer: [], toClient: [], isOpen: false, isClosed: false },
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
        take(wire, frame);
        return true;
      }
      const frame = wire.toClient.shift();
      if (!frame) return false;
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
        if (wire.greeted && (!slot || wire.slot === slot)) wire.toClient.push(frame);
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
        wire.toClient.push({ type: 'pong' });
    }
  }

  const holds = (at: Position | null) => at === null || log[at.seq - 1]?.sum === at.sum;

  function greet(wire: Wire, after: Position | null): void {
    const reset = !holds(after);
    const from = reset || !after ? 0 : after.seq;
    wire.toClient.push({
      type: 'welcome',
      slot: wire.slot,
      head: log.length,
      sum: log.at(-1)?.sum ?? '',
      reset,
      idleMs: 600_000,
      expiresInMs: 600_000,
      expiresBy: 'silence',
      limits: { messageBytes: 16_384, fileBytes: 0, filesBytes: 0, files: 0, entries: 5_000 },
      receipts: { a: { ...receipts.a }, b: { ...receipts.b } },
      peer: { state: 'online' },
    });
    for (let i = from; i < log.length; i += PAGE) {
      wire.toClient.push({ type: 'entries', list: log.slice(i, i + PAGE) });
    }
    wire.greeted = true;
    wire.seen = positionAt(log.length);
  }

  function positionAt(seq: number): Position | null {
    const entry = log[seq - 1];
    return entry ? { seq, sum: entry.sum } : null;
  }

  function store(wire: Wire, frame: Extract<ClientFrame, { type: 'send' | 'unsend' }>): void {
    const { cid, box } = frame;
    const isUnsend = frame.type === 'unsend';
    if (wire.refused && wire.refused.cid !== cid && !(isUnsend && wire.refused.full)) {
      wire.toClient.push({ type: 'nack', cid, error: 'waiting' });
      return;
    }
    const outcome = server.outcomes.shift() ?? 'ok';
    if (outcome === 'unavailable') return refuse(wire, cid, 'store_unavailable');
    if (!holds(wire.seen)) return server.cut(wire, 4002);
    const known = log.find((entry) => entry.cid === cid);
    if (!known && server.isFull && !isUnsend) return refuse(wire, cid, 'session_full');
    if (!known) append(wire.slot, cid, box, isUnsend ? frame.of : null);
    if (outcome === 'unavailable-but-stored') return refuse(wire, cid, 'store_unavailable');
    if (wire.refused?.cid === cid) wire.refused = null;
    if (known) wire.toClient.push({ type: 'entry', ...known });
  }

  function refuse(wire: Wire, cid: string, error: 'store_unavailable' | 'session_full'): void {
    wire.refused = { cid, full: error === 'session_full' };
    wire.toClient.push({ type: 'nack', cid, error });
  }

  function append(slot: Slot, cid: string, box: string, of: string[] | null): void {
    const seq = log.length + 1;
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
    for (const wire of wires) {
      if (!wire.greeted) continue;
      // A connection whose log is not this one any more is closed by its node.
      if ((wire.seen?.seq ?? 0) !== seq - 1 || (wire.seen && log[seq - 2]?.sum !== wire.seen.sum)) {
        const stale = wire;
        server.cut(stale, 4002);
        continue;
      }
      wire.toClient.push({ type: 'entry', ...entry });
      wire.seen = positionAt(seq);
    }
  }

  return server;
}

function withoutBox({ box, ...entry }: Entry): Entry {
  if (box === undefined) return entry;
  const hash = createHash('sha256').update(Buffer.from(box, 'base64url')).digest('base64url');
  return { ...entry, hash };
}
