/** What the rules found: collected without saying the same thing a thousand times, and printed. */
import type { Violation } from './history.ts';

export type Rule = Violation['rule'];
/** Says what is wrong. Only the first violation of a rule about a `subject` is kept. */
export type Report = (rule: Rule, subject: string, what: string) => void;

export function collectFindings(sid: string): { report: Report; all: () => Violation[] } {
  const found = new Map<string, Violation>();
  return {
    report(rule, subject, what) {
      const key = `${rule} ${subject}`;
      if (!found.has(key)) found.set(key, { rule, sid, what });
    },
    all: () => [...found.values()],
  };
}

const SHOWN_OF_A_RULE = 8;

/** For printing: a line each, the first few of every rule of every session. */
export function describe(violations: readonly Violation[]): string {
  if (violations.length === 0) return 'no violation';
  const groups = new Map<string, string[]>();
  for (const { rule, sid, what } of violations) {
    const title = `${rule} in session ${sid}:`;
    const group = groups.get(title);
    if (group) group.push(what);
    else groups.set(title, [what]);
  }
  return [...groups].flatMap(([title, all]) => [title, ...listed(all)]).join('\n');
}

function listed(all: readonly string[]): string[] {
  const lines = all.slice(0, SHOWN_OF_A_RULE).map((what) => `  ${what}`);
  const rest = all.length - lines.length;
  return rest > 0 ? [...lines, `  … and ${rest} more`] : lines;
}
