/**
 * A network between two parts of the product that fails on demand: bytes pass, wait, vanish, or
 * end in the middle. Knows nothing of what they mean.
 */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** `in` is from the client to the server, `out` the way back. */
export type Direction = 'in' | 'out';

export interface TcpProxy {
  port: number;
  /** Connections that are open now. */
  readonly open: number;
  /** Ends every open connection at once, on both sides, with a reset. */
  cut(): void;
  /** From now on nothing passes, on new connections either; everything looks open. */
  hold(...directions: Direction[]): void;
  /** The same for what is open now; new connections pass. */
  holdOpen(...directions: Direction[]): void;
  /** What was held passes now, in order, and what follows too. */
  release(): void;
  /** From now on what comes this way is taken and forgotten, until the connection ends. */
  swallow(direction: Direction): void;
  /** Ends every open connection when `bytes` more have passed this way, in the middle if need be. */
  cutAfter(bytes: number, direction: Direction): void;
  /** The same for the next connection that is opened, from its first byte on. */
  cutNextAfter(bytes: number, direction: Direction): void;
  /** Every piece arrives so much later; never before one that came earlier. */
  delay(ms: number): void;
  /** New connections are refused from now on, or taken again. */
  refuse(isRefused: boolean): void;
  close(): Promise<void>;
}

interface Way {
  from: Socket;
  to: Socket;
  held: Buffer[] | null;
  isSwallowed: boolean;
  /** How many bytes may still pass; null is any number. */
  left: number | null;
  /** Pieces that are late, in order, and when each is due. */
  late: { bytes: Buffer; dueAt: number }[];
}

type Pair = Record<Direction, Way>;

/** Told of everything that arrives from either side, before anything happens to it. */
export type Listener = (connection: number, direction: Direction, bytes: Buffer) => void;

/** `target` is asked for every new connection: the port to go to, or null to refuse it. */
export async function startTcpProxy(
  target: () => number | null,
  listen: Listener = () => {},
): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  let holding = new Set<Direction>();
  let delayMs = 0;
  let isRefused = false;
  let next: { bytes: number; direction: Direction } | null = null;
  let connections = 0;

  function end(pair: Pair): void {
    pairs.delete(pair);
    for (const { from } of Object.values(pair)) {
      if (!from.destroyed) from.resetAndDestroy();
    }
  }

  function pass(pair: Pair, way: Way, bytes: Buffer): void {
    if (way.isSwallowed) return;
    if (way.left === null || bytes.length <= way.left) {
      if (way.left !== null) way.left -= bytes.length;
      way.to.write(bytes);
    } else {
      way.to.write(bytes.subarray(0, way.left), () => end(pair));
      way.isSwallowed = true;
    }
  }

  function take(pair: Pair, way: Way, bytes: Buffer): void {
    if (way.held) way.held.push(bytes);
    else if (delayMs > 0 || way.late.length > 0) passLater(pair, way, bytes);
    else pass(pair, way, bytes);
  }

  function passLater(pair: Pair, way: Way, bytes: Buffer): void {
    way.late.push({ bytes, dueAt: performance.now() + delayMs });
    if (way.late.length === 1) passWhenDue(pair, way);
  }

  function passWhenDue(pair: Pair, way: Way): void {
    const [next] = way.late;
    if (!next) return;
    setTimeout(() => {
      way.late.shift();
      pass(pair, way, next.bytes);
      passWhenDue(pair, way);
    }, next.dueAt - performance.now());
  }

  function holdOpen(...directions: Direction[]): void {
    for (const pair of pairs) for (const one of directions) pair[one].held ??= [];
  }

  const server = createServer((client) => {
    const port = isRefused ? null : target();
    client.on('error', () => {});
    if (port === null) {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect(port, '127.0.0.1');
    client.setNoDelay();
    upstream.setNoDelay();
    const way = (from: Socket, to: Socket, direction: Direction): Way => ({
      ...{ from, to, isSwallowed: false, late: [] },
      left: next?.direction === direction ? next.bytes : null,
      held: holding.has(direction) ? [] : null,
    });
    const pair: Pair = { in: way(client, upstream, 'in'), out: way(upstream, client, 'out') };
    next = null;
    pairs.add(pair);
    const number = connections++;
    pair.in.from.on('data', (bytes) => listen(number, 'in', bytes));
    pair.out.from.on('data', (bytes) => listen(number, 'out', bytes));
    for (const one of Object.values(pair)) {
      one.from.on('data', (bytes) => take(pair, one, bytes));
      one.from.on('error', () => {});
      one.from.on('close', () => {
        // Who is cut off by a dead network does not hear that the other side has gone.
        if (one.held || one.isSwallowed) return;
        pairs.delete(pair);
        one.to.destroySoon();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port, // as: it listens on TCP
    get open() {
      return pairs.size;
    },
    cut: () => pairs.forEach(end),
    hold(...directions) {
      holding = new Set(directions);
      holdOpen(...directions);
    },
    holdOpen,
    release() {
      holding = new Set();
      for (const pair of pairs) {
        for (const way of Object.values(pair)) {
          const held = way.held ?? [];
          way.held = null;
          for (const bytes of held) pass(pair, way, bytes);
          if (way.from.destroyed) end(pair);
        }
      }
    },
    swallow(direction) {
      for (const pair of pairs) pair[direction].isSwallowed = true;
    },
    cutAfter(bytes, direction) {
      for (const pair of pairs) pair[direction].left = bytes;
    },
    cutNextAfter(bytes, direction) {
      next = { bytes, direction };
    },
    delay(ms) {
      delayMs = ms;
    },
    refuse(refused) {
      isRefused = refused;
    },
    async close() {
      server.close();
      pairs.forEach(end);
      await once(server, 'close');
    },
  };
}
