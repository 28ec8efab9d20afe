/**
 * I5: what was echoed to anyone before a message was said stands before it. I6: a device's
 * messages stand in the order in which they were said.
 */
import type { Standing } from './check-standing.ts';
import type { Report } from './findings.ts';
import type { History, SeenEntry } from './history.ts';

interface Place {
  seq: number;
  cid: string;
}

export function checkOrder(history: History, standing: Standing, report: Report): void {
  const exempt = exemptFromOrder(history, standing);
  let echoed: Place = { seq: 0, cid: '' };
  const lastOf = new Map<string, Place>();
  for (const event of history.events) {
    if (event.type === 'got') {
      const place = placeOf(event.entry, history, standing);
      if (place && place.seq > echoed.seq) echoed = place;
    }
    if (event.type !== 'said') continue;
    const { cid, device } = event;
    const seq = standing.seqOf(cid);
    if (seq === undefined) continue;
    if (seq < echoed.seq) {
      report(
        'I5',
        cid,
        `cid ${cid}, said by ${device} when cid ${echoed.cid} (seq ${echoed.seq}) was echoed, stands before it at seq ${seq}`,
      );
    }
    const last = lastOf.get(device);
    if (exempt.has(`${device} ${cid}`)) continue;
    if (last && seq < last.seq) {
      report(
        'I6',
        cid,
        `${device} said cid ${last.cid} (seq ${last.seq}) before cid ${cid} (seq ${seq})`,
      );
    } else {
      lastOf.set(device, { seq, cid });
    }
  }
}

/** Where an entry stands that was got; in a log that may lose, only if it never vanished. */
function placeOf(entry: SeenEntry, history: History, standing: Standing): Place | null {
  const { seq, cid } = entry;
  if (history.mayLose) return standing.holds(entry) ? { seq, cid } : null;
  return { seq: standing.seqOf(cid) ?? seq, cid };
}

/**
 * A message that was refused for good stands where its author sent it again. One that vanished
 * is put back by whoever has it, which need not be the device that said it: where it stands then
 * says nothing of that device's order.
 */
function exemptFromOrder({ events, mayLose }: History, standing: Standing): Set<string> {
  const author = new Map<string, string>();
  const exempt = new Set<string>();
  const leaveOut = (cid: string) => exempt.add(`${author.get(cid) ?? ''} ${cid}`);
  for (const event of events) {
    if (event.type === 'said') author.set(event.cid, event.device);
    if (event.type === 'nacked' && isFinal(event.error)) leaveOut(event.cid);
    if (event.type === 'got' && mayLose && !standing.holds(event.entry)) leaveOut(event.entry.cid);
  }
  return exempt;
}

export function isFinal(error: string): boolean {
  return error === 'session_full' || error === 'gone';
}
