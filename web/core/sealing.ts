/**
 * One thing in the outbox, sealed: under the key of its kind and author. Tells what would be too
 * long to seal; does not know when anything is sent.
 */
import type { Control, Message } from '../../server/protocol/envelope/content.ts';
import {
  paddedContentBytes,
  sealControl,
  sealMessage,
  type OpenedEntry,
} from '../../server/protocol/envelope/entry-box.ts';
import { encodedLength } from '../../server/protocol/encoding.ts';
import { CID_BYTES, KEY_BYTES } from '../../server/protocol/limits.ts';
import type { EnteredSession } from './entering.ts';

export { newCid } from '../../server/protocol/envelope/entry-box.ts';

/** What is kept of a message: enough to send it, nothing that can be read without the key. */
export interface SealedItem {
  cid: string;
  box: string;
  /** The cids it takes back; it goes as an `unsend` frame then. */
  of?: readonly string[];
}

export interface OutboxItem extends SealedItem {
  /** What the box says, for showing and for sealing anew. In memory only. */
  opened: OpenedEntry;
  /** Refused for good (session_full, gone), until retried. */
  failed: boolean;
}

export function sealOpened(
  { sid, slot, keys }: Pick<EnteredSession, 'sid' | 'slot' | 'keys'>,
  item: Omit<OutboxItem, 'box'>,
): OutboxItem {
  const { cid, opened } = item;
  const place = { sid, slot, cid };
  const box =
    opened.sealedAs === 'message'
      ? sealMessage(keys, place, opened)
      : sealControl(keys, place, opened);
  return { ...item, box };
}

// The longest view there is, so that what fits once also fits when sealed anew.
const LONGEST_VIEW = {
  prev: '-'.repeat(encodedLength(CID_BYTES)),
  after: { seq: Number.MAX_SAFE_INTEGER, hash: '-'.repeat(encodedLength(KEY_BYTES)) },
};

export function fits(content: Message | Control, messageBytes: number): boolean {
  return paddedContentBytes({ ...LONGEST_VIEW, content }) <= messageBytes;
}
