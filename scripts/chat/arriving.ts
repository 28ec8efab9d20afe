/** The first step of every visit: what the link leads to, and whether a code is asked for. */
import type { EnteredSession } from '../../web/core/entering.ts';
import type { Outcome } from './outcome.ts';
import type { Visit } from './visit.ts';

export type Arrival =
  | { type: 'arrived'; session: EnteredSession; needsCode: boolean }
  | Extract<Outcome, { type: 'ended' | 'broken' | 'refused' }>;

export async function arrive(visited: Visit): Promise<Arrival> {
  const entrance = await visited.knock();
  if (!('state' in entrance)) {
    return entrance.result === 'refused'
      ? { type: 'refused' }
      : { type: 'ended', chat: entrance, slot: null, names: null };
  }
  if (entrance.state === 'broken') return { type: 'broken' };
  const { session, state } = entrance;
  return { type: 'arrived', session, needsCode: state === 'code_needed' };
}
