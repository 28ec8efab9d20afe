/**
 * The judge of recorded sessions: do invariants I1–I9 of delivery hold? Reads recordings only;
 * the rules stand in files of their own beside this one, each a pass over the events.
 * Unknown outcomes may go either way: what was written and never echoed may be in the log or not.
 */
import { checkConnections } from './check-connections.ts';
import { checkEnd } from './check-end.ts';
import { checkLoss } from './check-loss.ts';
import { checkOrder } from './check-order.ts';
import { checkScreens } from './check-screens.ts';
import { checkSessions } from './check-sessions.ts';
import { readStanding } from './check-standing.ts';
import { checkWritten } from './check-written.ts';
import type { History, Violation } from './history.ts';

export type Rule = Violation['rule'];
/** Says what is wrong. Only the first violation of a rule about a `subject` is kept. */
export type Report = (rule: Rule, subject: string, what: string) => void;

/** I1–I7 and I9. In the order of finding; empty if all is well. O(n log n). */
export function check(history: History): Violation[] {
  const found = new Map<string, Violation>();
  const report: Report = (rule, subject, what) => {
    const key = `${rule} ${subject}`;
    if (!found.has(key)) found.set(key, { rule, sid: history.sid, what });
  };
  const standing = readStanding(history, report);
  checkWritten(history, report);
  const reach = checkConnections(history, standing, report);
  checkOrder(history, standing, report);
  checkScreens(history, standing, reach, report);
  checkLoss(history, standing, report);
  checkEnd(history, report);
  return [...found.values()];
}

/** Each history by itself, and I8 between them. */
export function checkAll(histories: readonly History[]): Violation[] {
  return [...histories.flatMap(check), ...checkSessions(histories)];
}

const SHOWN_OF_A_RULE = 8;

/** For printing: a line each, the first few of every rule of every session. */
export function describe(violations: readonly Violation[]): string {
  if (violations.length === 0) return 'no violation';
  const lines = new Map<string, string[]>();
  for (const { rule, sid, what } of violations) {
    const title = `${rule} in session ${sid}`;
    const group = lines.get(title);
    if (group) group.push(what);
    else lines.set(title, [what]);
  }
  const groups = [...lines].map(([title, all]) => {
    const rest = all.length - SHOWN_OF_A_RULE;
    const shown = all.slice(0, SHOWN_OF_A_RULE).map((what) => `  ${what}`);
    return [`${title}:`, ...shown, ...(rest > 0 ? [`  … and ${rest} more`] : [])].join('\n');
  });
  return groups.join('\n');
}
