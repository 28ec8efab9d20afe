// A session as both participants hold it, and boxes sealed the way a client would.
import { deriveSessionKeys, newSessionKey } from '../../../../server/protocol/envelope/keys.ts';
import type { Control, Message } from '../../../../server/protocol/envelope/content.ts';
import {
  newCid,
  sealControl,
  sealMessage,
} from '../../../../server/protocol/envelope/entry-box.ts';
import type { Entry, Slot } from '../../../../server/protocol/frames.ts';
import { newSid } from '../../../../server/protocol/link.ts';
import type { EnteredSession } from '../../../../web/core/entering.ts';
import { emptyLog, extendLog, headOf, viewOf, type Log } from '../../../../web/core/log.ts';

export function createSessions(): Record<Slot, EnteredSession> {
  const sid = newSid();
  const keys = deriveSessionKeys(newSessionKey(), sid);
  const common = { sid, keys, names: { a: 'Ann', b: 'Bob' }, proof: 'p'.repeat(43) };
  return { a: { ...common, slot: 'a' }, b: { ...common, slot: 'b' } };
}

let sums = 0;
export function newSum(): string {
  return String(sums++).padStart(11, 's');
}

/** An honest log that entries are added to; `log` is what a client has verified of it. */
export function createHonestLog({ sid, keys }: EnteredSession) {
  let log: Log = emptyLog(sid);
  const last: Record<Slot, string | null> = { a: null, b: null };

  function sealed(
    slot: Slot,
    content: Message | Control,
    { cid = newCid(), after = viewOf(log), prev = last[slot] } = {},
  ): Entry {
    const isControl = ['unsend', 'reset', 'renewed', 'end'].includes(content.kind);
    const whole = { prev, after, content };
    // as: which of the two kinds it is was found out a line before
    const box = isControl
      ? sealControl(keys, { sid, slot, cid }, whole as typeof whole & { content: Control })
      : sealMessage(keys, { sid, slot, cid }, whole as typeof whole & { content: Message });
    const seq = headOf(log) + 1;
    const unsends = content.kind === 'unsend' ? { unsends: content.of } : {};
    return { seq, sum: newSum(), slot, cid, at: 1_000 + seq, box, ...unsends };
  }

  return {
    get log() {
      return log;
    },
    get entries(): Entry[] {
      return log.entries.map(({ entry }) => entry);
    },
    sealed,
    add(entry: Entry): Entry {
      log = extendLog(log, [entry], keys);
      last[entry.slot] = entry.cid;
      return entry;
    },
    say(slot: Slot, text: string): Entry {
      return this.add(sealed(slot, { kind: 'text', text }));
    },
    tell(slot: Slot, content: Message | Control): Entry {
      return this.add(sealed(slot, content));
    },
  };
}
