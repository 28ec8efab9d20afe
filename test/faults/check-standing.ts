/**
 * What stands in the log, and whether everyone was given just that: I1, I4 on bytes, I2 and I4 in
 * the log itself. A session that is over has no log to read: then what was got first stands.
 */
import { createHash } from 'node:crypto';
import type { Report } from './findings.ts';
import type { History, SeenEntry } from './history.ts';

export interface Standing {
  /** Where the cid stands; undefined if it does not, or if nothing certain is known. */
  seqOf(cid: string): number | undefined;
  /** Whether this very entry stands: the same seq, sum and cid. */
  holds(entry: SeenEntry): boolean;
}

export const name = ({ seq, cid }: SeenEntry) => `seq ${seq} (${cid})`;
export const hashOf = (box: string) =>
  createHash('sha256').update(Buffer.from(box, 'base64url')).digest('base64url');

export function readStanding(history: History, report: Report): Standing {
  if (history.log) checkLog(history.log, report);
  const standing = history.mayLose ? readByMark(history, report) : readBySeq(history, report);
  checkUnsent(history, standing, report);
  return standing;
}

function checkLog(log: readonly SeenEntry[], report: Report): void {
  const seqs = new Map<string, number>();
  for (const [i, entry] of log.entries()) {
    if (entry.seq !== i + 1) {
      report('I4', 'log', `log: ${name(entry)} stands where seq ${i + 1} should`);
    }
    const earlier = seqs.get(entry.cid);
    if (earlier === undefined) seqs.set(entry.cid, entry.seq);
    else report('I2', entry.cid, `log: cid ${entry.cid} at seq ${earlier} and at seq ${entry.seq}`);
  }
  checkHashes(log, report);
}

/** A box becomes its hash when a later entry takes it back, and not otherwise. */
function checkHashes(log: readonly SeenEntry[], report: Report): void {
  const unsent = new Map<string, number>();
  for (const { seq, slot, unsends = [] } of log) {
    for (const cid of unsends) unsent.set(`${slot} ${cid}`, seq);
  }
  for (const entry of log) {
    const { seq, slot, cid, hash } = entry;
    if (hash === undefined || (unsent.get(`${slot} ${cid}`) ?? 0) > seq) continue;
    report(
      'I4',
      `unsent ${cid}`,
      `log: ${name(entry)} has a hash, though no later entry unsent it`,
    );
  }
}

/** Who asks after an unsend was echoed to anyone is not given what it took back. */
function checkUnsent({ events }: History, standing: Standing, report: Report): void {
  const askedAt = new Map<number, number>();
  const unsent = new Map<string, { seq: number; at: number }>();
  for (const [at, event] of events.entries()) {
    if (event.type === 'asked') askedAt.set(event.connection, at);
    if (event.type !== 'got' || !standing.holds(event.entry)) continue;
    const { entry, device, connection } = event;
    for (const cid of entry.unsends ?? []) {
      const key = `${entry.slot} ${cid}`;
      if (!unsent.has(key)) unsent.set(key, { seq: entry.seq, at });
    }
    const by = unsent.get(`${entry.slot} ${entry.cid}`);
    if (entry.box === undefined || !by || by.seq < entry.seq) continue;
    if ((askedAt.get(connection) ?? 0) > by.at) {
      report(
        'I4',
        `unsent ${entry.cid}`,
        `${name(entry)} came to ${device} with its box, though seq ${by.seq} unsent it before`,
      );
    }
  }
}

/** The store may lose nothing: one entry for each seq, for good. */
function readBySeq({ events, log }: History, report: Report): Standing {
  const at = new Map<number, SeenEntry>((log ?? []).map((entry) => [entry.seq, entry]));
  const seqs = new Map<string, number>((log ?? []).map((entry) => [entry.cid, entry.seq]));
  for (const event of events) {
    if (event.type !== 'got') continue;
    const { entry, device } = event;
    const stands = at.get(entry.seq);
    if (stands) {
      compare(entry, stands, device, log ? 'I1' : 'I4', report);
    } else if (log) {
      report(
        'I1',
        name(entry),
        `${name(entry)}, got by ${device}, is not in the log of ${log.length}${elsewhere(seqs, entry)}`,
      );
    } else {
      const earlier = seqs.get(entry.cid);
      if (earlier !== undefined) {
        report(
          'I2',
          entry.cid,
          `cid ${entry.cid} was got at seq ${earlier}, and by ${device} at seq ${entry.seq}`,
        );
      }
      at.set(entry.seq, entry);
      seqs.set(entry.cid, entry.seq);
    }
  }
  return {
    seqOf: (cid) => seqs.get(cid),
    holds: (entry) => {
      const stands = at.get(entry.seq);
      return stands?.sum === entry.sum && stands.cid === entry.cid;
    },
  };
}

function elsewhere(seqs: ReadonlyMap<string, number>, { cid }: SeenEntry): string {
  const seq = seqs.get(cid);
  return seq === undefined ? '' : `; its cid stands at seq ${seq}`;
}

/** Entries may vanish and their seq be given anew; seq and sum together still name one entry. */
function readByMark({ events, log }: History, report: Report): Standing {
  const mark = ({ seq, sum }: SeenEntry) => `${seq} ${sum}`;
  const seqs = new Map<string, number>((log ?? []).map((entry) => [entry.cid, entry.seq]));
  const marks = new Map<string, SeenEntry>((log ?? []).map((entry) => [mark(entry), entry]));
  const final = new Set(marks.keys());
  for (const event of events) {
    if (event.type !== 'got') continue;
    const known = marks.get(mark(event.entry));
    if (known) compare(event.entry, known, event.device, 'I4', report);
    else marks.set(mark(event.entry), event.entry);
  }
  return {
    seqOf: (cid) => seqs.get(cid),
    holds: (entry) => final.has(mark(entry)) && marks.get(mark(entry))?.cid === entry.cid,
  };
}

function compare(
  got: SeenEntry,
  stands: SeenEntry,
  device: string,
  rule: 'I1' | 'I4',
  report: Report,
): void {
  const say = (of: 'I1' | 'I4', what: string) =>
    report(of, name(got), `${name(got)}, got by ${device}, ${what}`);
  if (got.cid !== stands.cid) say(rule, `is cid ${stands.cid} in the log`);
  else if (got.sum !== stands.sum) say(rule, `has sum ${got.sum}, in the log ${stands.sum}`);
  else if (got.slot !== stands.slot) say('I4', `is of slot ${got.slot}, in the log ${stands.slot}`);
  else if (got.unsends?.join() !== stands.unsends?.join())
    say('I4', 'unsends other cids than in the log');
  else if (!isSameContent(got, stands)) say('I4', 'has other bytes than in the log');
}

/** A box may become its hash, and nothing else. */
function isSameContent(one: SeenEntry, other: SeenEntry): boolean {
  if (one.box !== undefined && other.box !== undefined) return one.box === other.box;
  return contentHash(one) === contentHash(other);
}

function contentHash({ box, hash }: SeenEntry): string | undefined {
  return box === undefined ? hash : hashOf(box);
}
