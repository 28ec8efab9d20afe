/**
 * The WebSockets of one person in the hands of a test: every frame passes through here and can be
 * lost on the way, sockets can be cut or fall silent, and new ones be refused.
 */
import type { BrowserContext, WebSocketRoute } from '@playwright/test';
import type { ClientFrame, ServerFrame } from '../../../server/protocol/frames.ts';

export interface Wire {
  /** False: new sockets are closed before they open. Those that are open stay. */
  isUp: boolean;
  /** How many have been asked for. */
  attempts: number;
  /** Whether a frame goes on; all do unless the test says otherwise. */
  toServer: (frame: ClientFrame) => boolean;
  toPage: (frame: ServerFrame) => boolean;
  /** A frame that the server never sent, on every open socket. */
  tellPage(frame: ServerFrame): void;
  /** Closes what is open, as a network does: with no word that would be the last. */
  cut(): Promise<void>;
  /** What is open stays so, and nothing passes any more in either direction. */
  silence(): void;
}

// Any code outside 4500–4999 says only that the connection is lost; browsers let 1006 not be chosen.
const LOST = { code: 3000 };

const tapped = new WeakSet<object>();

/**
 * What the browser says of the tap, not of the page: a frame on its way through the tap when the
 * socket closes is written too late. The page itself looks before it writes.
 */
export function isNoiseOfTap(line: string, ...targets: (object | null)[]): boolean {
  const isTapped = targets.some((target) => target !== null && tapped.has(target));
  return isTapped && line === 'WebSocket is already in CLOSING or CLOSED state.';
}

type Target = Pick<BrowserContext, 'routeWebSocket'>;

/** To be called before the page is loaded whose sockets are meant. */
export async function routeSockets(
  target: Target,
  handle: (socket: WebSocketRoute) => unknown,
): Promise<void> {
  tapped.add(target);
  await target.routeWebSocket(/\/ws\//, handle);
}

/** To be called before the page is loaded whose sockets are meant. */
export async function tapWire(target: Target): Promise<Wire> {
  const open = new Set<WebSocketRoute>();
  const silent = new Set<WebSocketRoute>();

  const wire: Wire = {
    isUp: true,
    attempts: 0,
    toServer: () => true,
    toPage: () => true,
    tellPage(frame) {
      for (const socket of open) socket.send(JSON.stringify(frame));
    },
    async cut() {
      await Promise.all([...open].map((socket) => socket.close(LOST)));
    },
    silence() {
      for (const socket of open) silent.add(socket);
    },
  };

  await routeSockets(target, async (socket) => {
    wire.attempts += 1;
    if (!wire.isUp) return socket.close(LOST);
    const server = socket.connectToServer();
    open.add(socket);
    socket.onMessage((text) => {
      // as: what the page sends is what this test is there to look at.
      const passes = wire.toServer(JSON.parse(String(text)) as ClientFrame);
      if (passes && !silent.has(socket)) server.send(text);
    });
    server.onMessage((text) => {
      const passes = wire.toPage(JSON.parse(String(text)) as ServerFrame); // as: so of the server
      if (passes && !silent.has(socket)) socket.send(text);
    });
    socket.onClose((code) => {
      open.delete(socket);
      if (!silent.has(socket)) void server.close(code === undefined ? {} : { code });
    });
    server.onClose((code) => {
      open.delete(socket);
      if (!silent.has(socket)) void socket.close(code === undefined ? {} : { code });
    });
  });
  return wire;
}
