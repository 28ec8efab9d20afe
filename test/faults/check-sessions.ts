/** I8: nothing of one session was ever got in another: no cid, no sum, no box. */
import { name } from './check-standing.ts';
import { collectFindings } from './findings.ts';
import type { History, SeenEntry, Violation } from './history.ts';

export function checkSessions(histories: readonly History[]): Violation[] {
  /** Whose it is: the session that wrote it, else the first in which it was seen. */
  const owners = new Map<string, string>();
  for (const history of histories) {
    for (const event of history.events) {
      if (event.type !== 'wrote') continue;
      for (const thing of writtenIn(event)) {
        if (!owners.has(thing)) owners.set(thing, history.sid);
      }
    }
  }
  return histories.flatMap((history) => foreignIn(history, owners));
}

function foreignIn(history: History, owners: Map<string, string>): Violation[] {
  const { sid, events, log } = history;
  const { report, all } = collectFindings(sid);
  const own = new Set(events.flatMap((event) => (event.type === 'wrote' ? writtenIn(event) : [])));
  const judge = (entry: SeenEntry, where: string) => {
    for (const thing of seenIn(entry)) {
      const owner = owners.get(thing) ?? sid;
      owners.set(thing, owner);
      if (owner === sid || own.has(thing)) continue;
      const what = `${name(entry)}, ${where}, carries what is of session ${owner}: ${thing}`;
      report('I8', thing, what);
    }
  };
  for (const event of events)
    if (event.type === 'got') judge(event.entry, `got by ${event.device}`);
  for (const entry of log ?? []) judge(entry, 'in the log');
  return all();
}

const writtenIn = ({ cid, box }: { cid: string; box: string }) => [`cid ${cid}`, `box ${box}`];

function seenIn({ cid, sum, box, hash }: SeenEntry): string[] {
  const content = box === undefined ? `hash ${hash ?? ''}` : `box ${box}`;
  return [`cid ${cid}`, `sum ${sum}`, content];
}
