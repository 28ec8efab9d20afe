/**
 * Honest histories at random: a small server and devices that do all that is awkward and allowed.
 * Cuts at any moment, frames lost either way, outcomes unknown, repeats answered, messages taken
 * back sent and unsent, pages loaded again, a full session, an end, a lost tail. Long because it is
 * one world.
 */
import type { Slot } from '../../server/protocol/frames.ts';
import { hashOf } from './check-standing.ts';
import type { History, HistoryEvent, SeenEntry } from './history.ts';
import { createRandom } from './world/random.ts';

export interface Course {
  seed: number;
  steps: number;
  mayLose?: boolean;
  ends?: boolean;
}

type Item = { cid: string; box: string; of?: string[] };
type Down =
  | { type: 'welcome'; head: number; reset: boolean }
  | { type: 'entry'; entry: SeenEntry }
  | { type: 'nack'; cid: string; error: string }
  | { type: 'frame' }
  | { type: 'ended' };

interface Connection {
  id: number;
  device: Device;
  up: Item[];
  down: Down[];
  /** What the server has sent of the log. */
  sent: number;
  /** The refused cid that has to come first. */
  refused: string | null;
  head: number;
  isReady: boolean;
}

interface Device {
  name: string;
  slot: Slot;
  held: SeenEntry[];
  lost: SeenEntry[];
  outbox: Item[];
  connection: Connection | null;
  isOver: boolean;
}

export function simulate({ seed, steps, mayLose = false, ends = false }: Course): History {
  const random = createRandom(seed);
  const chance = (share: number) => random() < share;
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const bytes = (count: number) =>
    Buffer.from(Array.from({ length: count }, () => Math.floor(random() * 256)));
  const text = (count: number) => bytes(count).toString('base64url');

  const sid = text(8);
  const events: HistoryEvent[] = [];
  const log: SeenEntry[] = [];
  const devices: Device[] = [];
  const removed = new Set<string>();
  const said = new Set<string>();
  /** What stood at a seq before it was taken back by a later one. */
  const unsent = new Map<number, { by: number; box: string }>();
  let connections = 0;
  let isFull = false;
  let isOver = false;

  const alive = () => devices.filter((device) => !device.isOver);
  const live = () => devices.flatMap(({ connection }) => connection ?? []);
  const at = ({ id, device }: Connection) => ({ device: device.name, connection: id });

  // The server.

  function store(connection: Connection, { cid, box, of }: Item): void {
    const { device, down } = connection;
    const nack = (error: string) => void down.push({ type: 'nack', cid, error });
    if (connection.refused !== null && connection.refused !== cid) return nack('waiting');
    if (isOver) return nack('gone');
    const known = log.find((entry) => entry.cid === cid);
    const isDown = chance(0.05);
    const isStored = !isDown || chance(0.5);
    if (!known && isFull && !of) {
      connection.refused = null;
      return nack('session_full');
    }
    if (!known && isStored) {
      const targets = log.filter((one) => of?.includes(one.cid) && one.box !== undefined);
      for (const { seq, box: old = '', ...rest } of targets) {
        log[seq - 1] = { ...rest, seq, hash: hashOf(old) };
        unsent.set(seq, { by: log.length + 1, box: old });
      }
      const entry = { seq: log.length + 1, sum: text(8), slot: device.slot, cid, box };
      log.push(of ? { ...entry, unsends: of } : entry);
    }
    connection.refused = isDown ? cid : null;
    if (isDown) nack('store_unavailable');
    else if (known) down.push({ type: 'entry', entry: known });
  }

  function deliver(connection: Connection): void {
    for (const entry of log.slice(connection.sent)) connection.down.push({ type: 'entry', entry });
    connection.sent = log.length;
  }

  function lose(count: number): void {
    log.splice(Math.max(0, log.length - count));
    for (const [i, { hash, ...rest }] of log.entries()) {
      const was = unsent.get(i + 1);
      if (hash !== undefined && was && was.by > log.length) log[i] = { ...rest, box: was.box };
    }
    for (const connection of live()) {
      // An append on what was lost is not stored (rule RS5).
      connection.up = [];
      cut(connection);
    }
  }

  // The devices.

  function open(slot: Slot, outbox: Item[] = []): Device {
    const name = `${slot}${devices.length}`;
    const device = { name, slot, held: [], lost: [], outbox, connection: null, isOver: false };
    devices.push(device);
    return device;
  }

  function connect(device: Device): void {
    if (device.connection || device.isOver) return;
    const after = device.held.at(-1);
    const connection = (device.connection = {
      ...{ id: ++connections, device, up: [], down: [] as Down[], refused: null },
      ...{ sent: 0, head: 0, isReady: false },
    });
    events.push({ type: 'asked', ...at(connection), after: after?.seq ?? 0 });
    if (isOver) return void connection.down.push({ type: 'ended' });
    const reset = after !== undefined && log[after.seq - 1]?.sum !== after.sum;
    connection.sent = reset ? 0 : (after?.seq ?? 0);
    connection.down.push({ type: 'welcome', head: log.length, reset });
    deliver(connection);
  }

  function cut(connection: Connection): void {
    while (connection.up.length > 0 && chance(0.5)) store(connection, connection.up.shift()!); // not empty
    connection.device.connection = null;
    events.push({ type: 'closed', ...at(connection), code: 1006 });
  }

  function write(connection: Connection, item: Item): void {
    connection.up.push({ ...item });
    events.push({ type: 'wrote', ...at(connection), slot: connection.device.slot, ...item });
  }

  function flush({ connection, outbox }: Device): void {
    if (connection?.isReady) for (const item of outbox) write(connection, item);
  }

  /** Or, if the refused one was stored for all that, a void of it, which opens the way (LG5). */
  function sendAgain(connection: Connection, cid: string): void {
    const { device } = connection;
    const isWaiting = device.outbox.some((item) => item.cid === cid);
    if (!isWaiting) write(connection, { cid, box: text(40) });
    flush(device);
  }

  function queue(device: Device, item: Item): void {
    device.outbox.push(item);
    if (device.connection?.isReady) write(device.connection, item);
  }

  function say(device: Device): void {
    const cid = text(16);
    said.add(cid);
    events.push({ type: 'said', device: device.name, slot: device.slot, cid });
    queue(device, { cid, box: text(40) });
  }

  function remove(device: Device): void {
    const own = device.held.filter((one) => one.slot === device.slot && said.has(one.cid));
    const waiting = device.outbox.filter(({ cid }) => said.has(cid));
    const target = pick([...own, ...waiting]);
    if (!target || removed.has(target.cid)) return;
    const { cid } = target;
    removed.add(cid);
    events.push({ type: 'removed', device: device.name, slot: device.slot, cid });
    const unsent = device.outbox.find((item) => item.cid === cid);
    if (unsent) unsent.box = text(40);
    else queue(device, { cid: text(16), box: text(40), of: [cid] });
  }

  function read(connection: Connection): void {
    const frame = connection.down.shift();
    const { device } = connection;
    if (frame?.type === 'welcome') {
      const { head, reset } = frame;
      events.push({ type: 'welcomed', ...at(connection), head, reset });
      connection.head = head;
      if (reset) [device.lost, device.held] = [[...device.lost, ...device.held], []];
      becomeReady(connection);
    } else if (frame?.type === 'entry') {
      events.push({ type: 'got', ...at(connection), entry: frame.entry });
      if (frame.entry.seq === device.held.length + 1) device.held.push(frame.entry);
      const isHeld = frame.entry.seq <= device.held.length;
      if (isHeld) device.outbox = device.outbox.filter(({ cid }) => cid !== frame.entry.cid);
      becomeReady(connection);
    } else if (frame?.type === 'nack') {
      const { cid, error } = frame;
      events.push({ type: 'nacked', ...at(connection), cid, error });
      if (error === 'session_full') device.outbox = device.outbox.filter((one) => one.cid !== cid);
      if (error === 'store_unavailable') sendAgain(connection, cid);
    } else if (frame?.type === 'frame') {
      events.push({ type: 'frame', ...at(connection), name: 'receipt' });
    } else if (frame) {
      events.push({ type: 'ended', ...at(connection) });
      device.isOver = true;
      device.connection = null;
      connection.down = [];
      events.push({ type: 'closed', ...at(connection), code: 4503 });
    }
  }

  /** The log was read to its head: what vanished goes first, then the outbox. */
  function becomeReady(connection: Connection): void {
    const { device } = connection;
    if (connection.isReady || device.held.length < connection.head) return;
    connection.isReady = true;
    const known = new Set([...device.held, ...device.outbox].map(({ cid }) => cid));
    const own = new Map(
      device.lost.filter((one) => one.slot === device.slot).map((one) => [one.cid, one]),
    );
    const back = [...own.values()].filter(({ cid }) => !known.has(cid));
    device.outbox.unshift(
      ...back.map(({ cid, unsends }) => ({
        ...{ cid, box: text(40) },
        ...(unsends && { of: [...unsends] }),
      })),
    );
    if (device.lost.length > 0) {
      device.outbox.forEach((item) => (item.box = text(40)));
      device.outbox.push({ cid: text(16), box: text(40) });
    }
    device.lost = [];
    flush(device);
  }

  function reload(device: Device): void {
    if (device.connection) cut(device.connection);
    device.isOver = true;
    open(device.slot, device.outbox);
  }

  function end(): void {
    isOver = true;
    for (const { down } of live()) down.push({ type: 'ended' });
  }

  function step(): void {
    const device = pick(alive());
    if (!device) return;
    const { connection } = device;
    const dice = random();
    if (dice < 0.2) say(device);
    else if (dice < 0.26) remove(device);
    else if (!connection) connect(device);
    else if (dice < 0.45 && connection.up.length > 0) store(connection, connection.up.shift()!); // not empty
    else if (dice < 0.6 && !isOver) deliver(connection);
    else if (dice < 0.62 && !isOver) connection.down.push({ type: 'frame' });
    else if (dice < 0.64) cut(connection);
    else if (dice < 0.65) reload(device);
    else if (dice < 0.66 && mayLose && log.length > 0 && !isOver) lose(Math.ceil(random() * 4));
    else read(connection);
  }

  function settle(): void {
    for (let quiet = false, rounds = 0; !quiet; rounds++) {
      if (rounds > 1_000) throw new Error(`seed ${seed} never settles`);
      alive().forEach(connect);
      for (const connection of live()) {
        while (connection.up.length > 0) store(connection, connection.up.shift()!); // not empty
        if (!isOver) deliver(connection);
        while (connection.down.length > 0) read(connection);
      }
      quiet = isOver
        ? alive().length === 0
        : alive().every(({ outbox, held }) => outbox.length === 0 && held.length === log.length);
    }
  }

  (['a', 'a', 'b', 'b'] as const).forEach((slot) => open(slot));
  for (let i = 0; i < steps; i++) {
    if (i === Math.floor(steps * 0.8) && ends) end();
    if (i === Math.floor(steps * 0.9) && chance(0.2)) isFull = true;
    step();
  }
  settle();
  const onScreen = ({ cid, unsends }: SeenEntry) => !unsends && said.has(cid);
  const screenOf = ({ held }: Device) =>
    held.filter((entry) => onScreen(entry) && !(removed.has(entry.cid) && chance(0.5)));
  const screens = new Map(
    alive().map((device) => [device.name, screenOf(device).map(({ cid }) => cid)] as const),
  );
  return { sid, events, log: isOver ? null : [...log], screens, ...(mayLose && { mayLose }) };
}
