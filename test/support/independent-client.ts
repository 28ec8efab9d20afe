/**
 * A client written from PROTOCOL.md alone, for tests that talk to a real server as a stranger would.
 * Like its parts (crypto, device, http) it imports nothing from server/ or web/. It never reconnects by
 * itself: `connect` again with the same device resumes.
 */
import { WebSocket } from 'ws';
import type { Slot } from './independent-crypto.ts';
import { Device, Tampered } from './independent-device.ts';
import type { Entry, Fields, Member, Received } from './independent-device.ts';
import { cookies, Refused, trimBase } from './independent-http.ts';
import type { Answer } from './independent-http.ts';

export {
  createSealedSession,
  enter,
  landing,
  leave,
  Refused,
  request,
} from './independent-http.ts';
export type { Invitation } from './independent-http.ts';
export { Device, Tampered };
export type { Entry, Member, Received };

export type Frame = { type: string } & Record<string, unknown>;
export interface Welcome extends Frame {
  slot: Slot;
  head: number;
  sum: string;
  reset: boolean;
  receipts: Record<Slot, { received: number; read: number }>;
}

// HS and what follows: one WebSocket.

interface Taker<T> {
  fits: (item: T) => boolean;
  resolve: (item: T) => void;
  reject: (error: Error) => void;
}

/** What came and was not asked for yet, and who asked for what has not come. */
class Queue<T> {
  readonly #items: T[] = [];
  #takers: Taker<T>[] = [];
  #end: Error | null = null;

  put(item: T): void {
    const taker = this.#takers.find(({ fits }) => fits(item));
    if (taker === undefined) return void this.#items.push(item);
    this.#takers = this.#takers.filter((other) => other !== taker);
    taker.resolve(item);
  }

  take(fits: (item: T) => boolean = () => true): Promise<T> {
    const at = this.#items.findIndex((item) => fits(item));
    if (at >= 0) return Promise.resolve(this.#items.splice(at, 1)[0]!);
    if (this.#end !== null) return Promise.reject(this.#end);
    return new Promise((resolve, reject) => this.#takers.push({ fits, resolve, reject }));
  }

  end(error: Error): void {
    this.#end ??= error;
    for (const { reject } of this.#takers.splice(0)) reject(this.#end);
  }
}

export interface Closed {
  code: number;
  reason: string;
}

export class Connection {
  readonly device: Device;
  readonly closed: Promise<Closed>;
  readonly #socket: WebSocket;
  readonly #messages = new Queue<Received>();
  readonly #frames = new Queue<Frame>();
  #welcome: Welcome | null = null;
  #ready = false;
  #retry: NodeJS.Timeout | undefined;
  #audit: NodeJS.Timeout | undefined;

  constructor(device: Device, opened: () => void, failed: (error: Error) => void) {
    this.device = device;
    const { base, sid, jar } = device.member;
    const url = `${trimBase(base).replace(/^http/, 'ws')}/ws/${sid}`;
    const headers = { origin: new URL(base).origin, ...cookies(jar) };
    const socket = new WebSocket(url, { headers });
    this.#socket = socket;
    socket.on('unexpected-response', (_request, response) => {
      let text = '';
      response.on('data', (part: Buffer) => (text += part.toString()));
      response.on('end', () => {
        let body: Answer['body'] = {};
        try {
          body = JSON.parse(text) as Answer['body'];
        } catch {
          // A refusal need not have a body.
        }
        failed(new Refused({ status: response.statusCode ?? 0, body }));
      });
    });
    socket.on('error', failed);
    socket.on('open', () => this.frame('hello', { v: 1, after: device.position }));
    socket.on('message', (data: Buffer) => {
      try {
        this.#on(JSON.parse(data.toString()) as Frame);
        if (this.#ready) opened();
      } catch (error) {
        if (error instanceof Tampered) device.tampered ??= error;
        failed(error as Error);
        this.#stop(error as Error);
        socket.close();
      }
    });
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        const error = new Error(`closed with ${code} ${reason.toString()}`);
        if (code === 1009 || (code >= 4500 && code <= 4999)) device.giveUp(error);
        this.#stop(error);
        failed(error);
        resolve({ code, reason: reason.toString() });
      });
    });
  }

  #stop(error: Error): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#audit);
    this.#messages.end(error);
    this.#frames.end(error);
  }

  get welcome(): Welcome {
    if (this.#welcome === null) throw new Error('no welcome yet');
    return this.#welcome;
  }

  /** Sends any frame, well-formed or not. */
  frame(type: string, fields: Record<string, unknown> = {}): void {
    this.raw(JSON.stringify({ type, ...fields }));
  }

  raw(data: string | Uint8Array): void {
    this.#socket.send(data);
  }

  /** The next frame of this type that was not taken yet; entries come by `next`. */
  until(type: string, fits: (frame: Frame) => boolean = () => true): Promise<Frame> {
    return this.#frames.take((frame) => frame.type === type && fits(frame));
  }

  /** The next entry that this device did not write, history included. */
  next(): Promise<Received> {
    return this.#messages.take();
  }

  /** LG1: resolves with the entry when the echo is here, if need be on a later connection. */
  send(text: string, re?: string): Promise<Entry> {
    return this.post({ kind: 'text', text, ...(re === undefined ? {} : { re }) });
  }

  post(fields: Fields, unsends?: string[]): Promise<Entry> {
    const echo = this.device.post(fields, unsends);
    if (this.#ready && this.#socket.readyState === WebSocket.OPEN) this.#transmit(-1);
    return echo;
  }

  unsend(...cids: string[]): Promise<Entry> {
    return this.post({ kind: 'unsend', of: cids }, cids);
  }

  receipt(received: number, read: number): void {
    this.frame('receipt', { received, read });
  }

  typing(on: boolean): void {
    this.frame('typing', { on });
  }

  /** LF4: answers the last frame; `closed` follows it. */
  end(): Promise<Frame> {
    const ended = this.until('ended');
    this.frame('end', { box: this.device.sealEnd() });
    return ended;
  }

  close(code = 1000): Promise<Closed> {
    this.#socket.close(code);
    return this.closed;
  }

  /** Without a close frame, as when the network goes. */
  cut(): Promise<Closed> {
    this.#socket.terminate();
    return this.closed;
  }

  #transmit(from: number): void {
    for (const { cid, box, unsends } of this.device.outbox.slice(from)) {
      if (unsends === undefined) this.frame('send', { cid, box });
      else this.frame('unsend', { of: unsends, cid, box });
    }
  }

  #take(entry: Entry): void {
    const received = this.device.take(entry);
    this.device.acknowledge(entry);
    if (received !== null && !this.device.wasSealedHere(entry.cid)) this.#messages.put(received);
    if (entry.hash !== undefined) this.#auditLater();
  }

  /** EV11: an entry without its box may wait ten seconds for the unsend that names it. */
  #auditLater(): void {
    clearTimeout(this.#audit);
    this.#audit = setTimeout(() => {
      const [entry] = this.device.unexplained();
      if (entry === undefined) return;
      this.device.tampered ??= new Tampered(
        `entry ${entry.seq} lost its box, and nobody unsent it`,
      );
      this.#stop(this.device.tampered);
      this.#socket.close();
    }, 10_000).unref();
  }

  #on(frame: Frame): void {
    if (frame.type === 'entry') this.#take(frame as unknown as Entry);
    else if (frame.type === 'entries')
      for (const entry of frame['list'] as Entry[]) this.#take(entry);
    else if (frame.type === 'nack') this.#nack(frame);
    else if (frame.type === 'welcome') {
      this.#welcome = frame as Welcome;
      if (this.#welcome.reset) this.device.reset();
    } else if (frame.type === 'receipt') {
      const { slot, received, read } = frame as unknown as {
        slot: Slot;
        received: number;
        read: number;
      };
      this.welcome.receipts[slot] = { received, read };
    }
    if (frame.type !== 'entry' && frame.type !== 'entries') this.#frames.put(frame);
    if (this.#ready || this.device.log.length < this.welcome.head) return;
    this.#ready = true;
    if (this.welcome.reset) this.device.putBack(this.welcome.head);
    this.#transmit(0);
  }

  #nack({ cid, error, retryInMs }: Frame): void {
    // `waiting` needs nothing: the nack it waits for has set the timer.
    if (error === 'store_unavailable') {
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => this.#transmit(0), Number(retryInMs ?? 500));
    } else if (error !== 'waiting') {
      this.device.giveUp(new Error(`nack ${String(error)} for ${String(cid)}`));
    }
  }
}

/** Opens a connection and reads to the head. The same device again resumes after its (seq, sum). */
export function connect(member: Member, device: Device = new Device(member)): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const connection: Connection = new Connection(device, () => resolve(connection), reject);
  });
}
