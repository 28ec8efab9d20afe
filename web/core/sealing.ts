/** Seals what an outbox item says, under the key of its kind and author; tells if it is too long. */
import type { Control, Message } from '../../server/protocol/envelope/content.ts';
import {
  paddedContentBytes,
  sealControl,
  sealMessage,
} from '../../server/protocol/envelope/entry-box.ts';
import { encodedLength } from '../../server/protocol/encoding.ts';
import { CID_BYTES, KEY_BYTES } from '../../server/protocol/limits.ts';
import type { EnteredSession } from './entering.ts';
import type { OutboxItem } from './outbox.ts';

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
