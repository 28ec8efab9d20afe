/**
 * The judge of recorded sessions: do invariants I1–I9 of delivery hold? Reads recordings only;
 * each rule stands in a file beside this one, as a pass over the events. Unknown outcomes may go
 * either way: what was written and never echoed may be in the log or not.
 */
import { checkConnections } from './check-connections.ts';
import { checkEnd } from './check-end.ts';
import { checkLoss } from './check-loss.ts';
import { checkOrder } from './check-order.ts';
import { checkScreens } from './check-screens.ts';
import { checkSessions } from './check-sessions.ts';
import { readStanding } from './check-standing.ts';
import { checkWritten } from './check-written.ts';
import { collectFindings } from './findings.ts';
import type { History, HistoryEvent, Violation } from './history.ts';

export { describe } from './findings.ts';

/** I1–I7 and I9; empty if all is well. O(n log n). */
export function check(recorded: History): Violation[] {
  const history = { ...recorded, events: askedWhenOpened(recorded.events) };
  const { report, all } = collectFindings(history.sid);
  const standing = readStanding(history, report);
  checkWritten(history, report);
  const reach = checkConnections(history, standing, report);
  checkOrder(history, standing, report);
  checkScreens(history, standing, reach, report);
  if (history.mayLose) checkLoss(history, standing, report);
  checkEnd(history, report);
  return all();
}

/** Each history by itself, and I8 between them. */
export function checkAll(histories: readonly History[]): Violation[] {
  return [...histories.flatMap(check), ...checkSessions(histories)];
}

/** With `asked` where `opened` stood. */
function askedWhenOpened(events: readonly HistoryEvent[]): HistoryEvent[] {
  const opened = new Set<number>();
  const asked = new Map<number, HistoryEvent>();
  for (const event of events) {
    if (event.type === 'opened') opened.add(event.connection);
    else if (event.type === 'asked') asked.set(event.connection, event);
  }
  return events.flatMap((event) => {
    if (event.type === 'opened') return asked.get(event.connection) ?? [];
    return event.type === 'asked' && opened.has(event.connection) ? [] : [event];
  });
}
