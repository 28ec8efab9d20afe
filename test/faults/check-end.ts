/**
 * I9: the end is the end. Nothing reaches a device that was told, no new connection is welcomed,
 * nothing that is written after is stored, and the log is gone.
 */
import type { Report } from './findings.ts';
import type { History } from './history.ts';

export function checkEnd({ events, log }: History, report: Report): void {
  /** Devices that were told, and on which connection. */
  const told = new Map<string, number | null>();
  const askedLate = new Set<number>();
  const firstWritten = new Map<string, 'before' | 'after'>();
  for (const event of events) {
    const { type, device } = event;
    if (type === 'asked' && told.size > 0) askedLate.add(event.connection);
    if (type === 'wrote' && !firstWritten.has(event.cid)) {
      firstWritten.set(event.cid, told.size > 0 ? 'after' : 'before');
    }
    if (type === 'welcomed' && askedLate.has(event.connection)) {
      report(
        'I9',
        `connection ${event.connection}`,
        `connection ${event.connection} of ${device} asked after the end was told, and was welcomed`,
      );
    }
    if (type === 'got' && firstWritten.get(event.entry.cid) === 'after') {
      const { cid, seq } = event.entry;
      report(
        'I9',
        cid,
        `cid ${cid} was first written after the end was told, and ${device} got it as seq ${seq}`,
      );
    }
    if (type === 'said' || type === 'removed' || type === 'closed') continue;
    // Another connection of the device, or a landing, may say it as well.
    const isEcho = type === 'ended' && event.connection !== (told.get(device) ?? -1);
    // Told over HTTP, while on its connection what was sent before is still to come.
    const isOnItsWay = told.get(device) === null && !askedLate.has(event.connection ?? -1);
    if (told.has(device) && !isEcho && !isOnItsWay) {
      report(
        'I9',
        device,
        `${device} was told of the end, and then: ${type} on connection ${event.connection}`,
      );
    }
    // What a connection has said holds for it, also if a landing says it again.
    if (type === 'ended') told.set(device, event.connection ?? told.get(device) ?? null);
  }
  const [device] = told.keys();
  if (device !== undefined && log) {
    report(
      'I9',
      'log',
      `${device} was told of the end, and the log of ${log.length} is still there`,
    );
  }
}
