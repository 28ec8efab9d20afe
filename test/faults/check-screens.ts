/**
 * I2 on the screens: when all was quiet each shows every message once, in the order of the log,
 * and nothing else. Removed messages may be shown as removed or be gone.
 */
import type { Standing } from './check-standing.ts';
import type { Report } from './findings.ts';
import type { History, SeenEntry } from './history.ts';

/** `reach`: up to which seq each device was given all entries. */
export function checkScreens(
  history: History,
  standing: Standing,
  reach: ReadonlyMap<string, number>,
  report: Report,
): void {
  const { log, screens } = history;
  const messages = log ? messagesOf(history, log) : null;
  for (const [device, screen] of screens) {
    const say = (cid: string, what: string) =>
      report('I2', `${device} ${cid}`, `screen of ${device}: cid ${cid} ${what}`);
    const shown = new Set<string>();
    let last = 0;
    for (const cid of screen) {
      const seq = standing.seqOf(cid);
      if (shown.has(cid)) say(cid, 'is there twice');
      else if (messages && seq === undefined) say(cid, 'is not in the log');
      else if (messages && !messages.has(cid)) say(cid, `(seq ${seq}) is no message`);
      if (seq !== undefined && seq < last) say(cid, `(seq ${seq}) is below seq ${last}`);
      shown.add(cid);
      last = Math.max(last, seq ?? 0);
    }
    for (const [cid, { seq, mayBeGone }] of messages ?? []) {
      if (!mayBeGone && !shown.has(cid)) say(cid, `(seq ${seq}) is missing`);
    }
    const given = reach.get(device) ?? 0;
    if (!history.mayLose && last > given) {
      report(
        'I4',
        device,
        `${device} shows seq ${last}, though it was given all only up to seq ${given}`,
      );
    }
  }
}

/** What a person said and the log has; changes, reactions and control entries are none. */
function messagesOf({ events }: History, log: readonly SeenEntry[]) {
  const said = new Set<string>();
  const removed = new Set<string>();
  for (const { type, ...event } of events) {
    if (type === 'said' && 'cid' in event) said.add(event.cid);
    if (type === 'removed' && 'cid' in event) removed.add(event.cid);
  }
  for (const { unsends = [] } of log) for (const cid of unsends) removed.add(cid);
  return new Map(
    log
      .filter(({ cid, unsends }) => !unsends && said.has(cid))
      .map(({ cid, seq, hash }) => [
        cid,
        { seq, mayBeGone: removed.has(cid) || hash !== undefined },
      ]),
  );
}
