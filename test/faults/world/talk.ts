/** People who go on writing, and now and then remove what they wrote. */
import { messagesOf, type Device } from './pair.ts';

/** `perSecond` messages in all, by these devices in turn; every tenth is a removal. */
export function createTalk(devices: readonly Device[], perSecond: number): { stop(): void } {
  let count = 0;
  const timer = setInterval(() => {
    const device = devices[count % devices.length];
    count += 1;
    if (!device) return;
    if (count % 10 === 0) removeOne(device, count);
    else device.say(`message ${count} of ${device.name}`);
  }, 1_000 / perSecond);
  return { stop: () => clearInterval(timer) };
}

function removeOne(device: Device, count: number): void {
  const own = messagesOf(device.chat).filter(({ mine, body }) => mine && body.kind === 'text');
  const one = own[count % Math.max(1, own.length)];
  if (one) device.remove(one.cid);
}
