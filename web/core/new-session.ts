/**
 * Makes a session: everything is drawn and sealed before anything leaves the device, and drawn
 * again if the id is taken. Knows nothing of how the links are shown.
 */
import { drawSession } from '../../server/protocol/envelope/new-session.ts';
import type { Slot } from '../../server/protocol/frames.ts';
import { formatLink } from '../../server/protocol/link.ts';
import type { CreateRequest, Refused, Retry, SessionApi } from './session-api.ts';

export interface NewParticipant {
  slot: Slot;
  name: string;
  /** The whole link, on the server's own idea of its address. */
  link: string;
  /** As shown: 7K3M-Q9TX */
  code: string;
}

export interface NewSession {
  result: 'created';
  sid: string;
  participants: [NewParticipant, NewParticipant];
  /** Links on the LAN address, given when the page was opened by localhost; same order. */
  lanLinks: [string, string] | null;
  expiresInMs: number;
}

// An id that is taken is drawn again; more than a few times is no accident.
const MAX_DRAWS = 5;

/** `names` must have come out of parseName; names[0] becomes a. */
export async function createNewSession(
  api: Pick<SessionApi, 'create'>,
  names: [string, string],
  { idle }: { idle?: string } = {},
): Promise<NewSession | Retry | Refused> {
  for (let draw = 0; draw < MAX_DRAWS; draw++) {
    const { sid, participants } = drawSession({ a: names[0], b: names[1] });
    const { a, b } = participants;
    const sealed: CreateRequest['sealed'] = [a.sealed, b.sealed];
    const answer = await api.create({ id: sid, sealed, ...(idle !== undefined && { idle }) });
    if (answer.result === 'id_taken') continue;
    if (answer.result !== 'created') return answer;
    const { linkBase, lanBase, codes, expiresInMs } = answer;
    const linksAt = (base: string): [string, string] => [
      formatLink(base, { sid, secret: a.secret }),
      formatLink(base, { sid, secret: b.secret }),
    ];
    const [linkA, linkB] = linksAt(linkBase);
    return {
      result: 'created',
      sid,
      participants: [
        { slot: 'a', name: names[0], link: linkA, code: codes.a },
        { slot: 'b', name: names[1], link: linkB, code: codes.b },
      ],
      lanLinks: lanBase === null ? null : linksAt(lanBase),
      expiresInMs,
    };
  }
  return { result: 'retry', code: null, retryInMs: null };
}
