/** People who go on writing, and now and then remove what they wrote. */
import { messagesOf, type Device, type Pair } from './pair.ts';
import { until } from './until.ts';

export interface Talk {
  stop(): void;
  /** The same, for a course that ends early. */
  close(): void;
}

/** `perSecond` messages in all, by these devices in turn; every tenth is a removal. */
export function createTalk(devices: readonly Device[], perSecond: number): Talk {
  let count = 0;
  const timer = setInterval(() => {
    const device = devices[count % devices.length];
    count += 1;
    if (!device) return;
    if (count % 10 === 0) removeOne(device, count);
    else device.say(`message ${count} of ${device.name}`);
  }, 1_000 / perSecond);
  const stop = () => clearInterval(timer);
  return { stop, close: stop };
}

function removeOne(device: Device, count: number): void {
  const own = messagesOf(device.chat).filter(({ mine, body }) => mine && body.kind === 'text');
  const one = own[count % Math.max(1, own.length)];
  if (one) device.remove(one.cid);
}

/** Everyone writes at once. Returns the cids. */
export function sayAtOnce(devices: readonly Device[], each = 1): string[] {
  const cids = devices.flatMap((device) =>
    Array.from({ length: each }, (_, i) => device.say(`${i} at once from ${device.name}`)),
  );
  return cids.filter((cid) => cid !== null);
}

/** How many of their messages have no echo yet. */
export function unechoed(devices: readonly Device[]): number {
  return devices.flatMap(({ chat }) =>
    messagesOf(chat).filter(({ mine, state }) => mine && state !== 'stored'),
  ).length;
}

/**
 * Everyone says one thing more and has its echo: nobody is left on a connection that was dead
 * when this was called.
 */
export async function everyoneIsHeard(pairs: readonly Pair[]): Promise<void> {
  const said = pairs.flatMap(({ devices, recorder }) =>
    devices.map((device) => ({ device, recorder, cid: device.say(`is ${device.name} heard?`) })),
  );
  // Not of the chat: there a message is gone as soon as it was removed, and only its void is sent.
  const isHeard = ({ device, recorder, cid }: (typeof said)[number]) =>
    cid === null || recorder.hasGot(device.name, cid);
  await until('everyone is heard', () => said.every(isHeard));
}
