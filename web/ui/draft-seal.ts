/**
 * Seals a draft as a message is sealed, under the author's own key, for a place that no entry of
 * a log can have: its id is no cid.
 */
import type { EnteredSession } from '../core/entering.ts';
import { openEntry, sealMessage } from '../../server/protocol/envelope/entry-box.ts';
import type { DraftSeal } from './draft.ts';

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
