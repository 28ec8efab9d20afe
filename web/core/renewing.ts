/**
 * A new link and code for one of the two: the link is drawn and the key wrapped for it here, the
 * code comes from the server. Knows nothing of how they are shown, nor where the page stands.
 */
import { deriveLinkKeys, hashProof } from '../../server/protocol/envelope/keys.ts';
import { openKey, sealKey } from '../../server/protocol/envelope/session-boxes.ts';
import type { ErrorCode } from '../../server/protocol/errors.ts';
import type { Slot } from '../../server/protocol/frames.ts';
import { newLinkSecret, type LinkParts } from '../../server/protocol/link.ts';
import type { Chat } from './chat-view.ts';
import { proofOf } from './entering.ts';
import type { RenewRequest, SessionApi } from './session-api.ts';

export { formatLink } from '../../server/protocol/link.ts';

/**
 * `connected`: the other is in the chat, and needs no other link · `not_live`: there is no
 * connection to seal it for · `unclear`: nobody answered; it may have been done, so ask again.
 */
export type Renewed =
  | { result: 'renewed'; link: LinkParts; code: string }
  | { result: 'connected' | 'full' | 'not_live' | 'unclear' | 'refused' };

export interface RenewalOptions {
  api: Pick<SessionApi, 'landing' | 'renew'>;
  chat: Pick<Chat, 'rereads' | 'sealRenewal'>;
  /** The link that this page was opened with: it opens the key. */
  link: LinkParts;
  slot: Slot;
}

/** Refused so, nothing was done; any other failure leaves that open. */
const BEFORE_DOING: readonly (ErrorCode | null)[] = ['busy', 'rate_limited'];

/**
 * Asks when called. As long as it is unclear whether it was done, the same link is asked for
 * again: of one's own there must be no second one that nobody knows. Only on a log that was lost
 * the entry is of no more use.
 */
export function createRenewal({ api, chat, link, slot }: RenewalOptions): () => Promise<Renewed> {
  const { sid } = link;
  let drawn: { link: LinkParts; request: RenewRequest; rereads: number } | null = null;

  async function draw(): Promise<typeof drawn | 'not_live'> {
    const landing = await api.landing(sid, proofOf(link));
    if (landing.result !== 'landing') return null;
    const key = openKey(deriveLinkKeys(link.secret, sid).wrap, sid, landing.slot, landing.key);
    const entry = chat.sealRenewal(slot);
    if (!key) return null;
    if (!entry) return 'not_live';
    const secret = newLinkSecret(sid);
    const { proof, wrap } = deriveLinkKeys(secret, sid);
    const sealed = { slot, proofHash: hashProof(proof), key: sealKey(wrap, sid, slot, key) };
    const request = { ...sealed, ...entry };
    return { link: { sid, secret }, request, rereads: chat.rereads.value };
  }

  return async () => {
    if (drawn?.rereads !== chat.rereads.value) drawn = null;
    const fresh = drawn ?? (await draw());
    if (fresh === 'not_live') return { result: 'not_live' };
    if (fresh === null) return { result: 'unclear' };
    drawn = fresh;
    const answer = await api.renew(sid, fresh.request);
    if (answer.result === 'renewed') return { ...answer, link: fresh.link };
    if (answer.result === 'refused' || BEFORE_DOING.includes(answer.code)) drawn = null;
    if (answer.result === 'retry') return { result: 'unclear' };
    if (answer.code === 'connected') return { result: 'connected' };
    return { result: answer.code === 'session_full' ? 'full' : 'refused' };
  };
}
