/**
 * Makes a session: id, link secrets, session key, sealed names, all drawn here and sealed before
 * anything leaves the device. Knows nothing of how the links are shown.
 */
import type { Slot } from '../../server/protocol/frames.ts';
import type { Refused, Retry, SessionApi } from './session-api.ts';

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

/** `names` must have come out of parseName; names[0] becomes a. */
export async function createNewSession(
  _api: SessionApi,
  _names: [string, string],
  _options: { idle?: string } = {},
): Promise<NewSession | Retry | Refused> {
  throw new Error('being built');
}
