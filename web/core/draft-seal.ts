/**
 * Seals a draft as a message is sealed, under the author's own key, for a place that no entry of
 * a log can have: its id is no cid.
 */
import type { EnteredSession } from './entering.ts';
import { openEntry, sealMessage } from '../../server/protocol/envelope/entry-box.ts';

/** Seals and opens drafts of one session. `open` gives null for what it did not seal. */
export interface DraftSeal {
  seal: (text: string) => string;
  open: (sealed: string) => string | null;
}

const DRAFT_ID = 'draft';
/** A draft stands nowhere in the log; the hash only has to have the length of one. */
const NOWHERE = { prev: null, after: { seq: 0, hash: 'A'.repeat(43) } };

export function createDraftSeal({ sid, slot, keys }: EnteredSession): DraftSeal {
  return {
    seal: (draft) =>
      sealMessage(
        keys,
        { sid, slot, cid: DRAFT_ID },
        { ...NOWHERE, content: { kind: 'text', text: draft } },
      ),
    open(box) {
      const entry = { seq: 0, sum: '', slot, cid: DRAFT_ID, at: 0, box };
      const opened = openEntry(keys, sid, entry);
      return opened?.sealedAs === 'message' && opened.content.kind === 'text'
        ? opened.content.text
        : null;
    },
  };
}
