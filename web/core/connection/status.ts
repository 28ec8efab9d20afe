/** What people are told of a connection: many of its states are one to them. Pure. */
import { assertNever } from '../../../server/protocol/errors.ts';
import type { ConnectionStatus } from '../chat-view.ts';
import type { ConnectionState } from './transition.ts';

export function connectionStatus(
  { state }: ConnectionState,
  { isOffline, isCrowded, wasLive }: { isOffline: boolean; isCrowded: boolean; wasLive: boolean },
): ConnectionStatus {
  switch (state) {
    case 'live':
      return 'live';
    case 'probing':
      return isOffline ? 'offline' : 'live';
    case 'waiting':
    case 'opening':
    case 'greeting':
    case 'asking':
      if (isOffline) return 'offline';
      if (isCrowded) return 'crowded';
      return wasLive ? 'reconnecting' : 'connecting';
    case 'elsewhere':
    case 'pass_gone':
    case 'refused':
    case 'ended':
    case 'stopped':
      return state;
    default:
      return assertNever(state);
  }
}
