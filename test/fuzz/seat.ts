/**
 * A session of one's own to attack from: one participant is the attacker, the other one looks on
 * and must not notice. A new one when it has ended or was used enough.
 */
import { CLOSE } from '../../server/protocol/errors.ts';
import { metRawSession, type RawParticipant, type RawSession } from '../support/raw-client.ts';
import type { World } from '../faults/world/world.ts';
import type { Random } from '../faults/world/random.ts';
import { persist } from '../faults/world/until.ts';
import { boxOf, OTHERS_CIDS } from './client-frames.ts';
import { textFrame } from './frame-bytes.ts';
import { connectRawSocket, type Place, type RawSocket } from './raw-socket.ts';

/** So many turns until a session has been used enough. */
const TURNS = 300;
const RENEW_WITHIN_MS = 10_000;

/** With what else the attacker has. */
export type Taken = Place & Pick<RawParticipant, 'proof' | 'code'>;

export type Seat = ReturnType<typeof createSeat>;

export function createSeat({ nodes }: World) {
  let session: RawSession | null = null;
  let witness: RawSocket | null = null;
  let turns = 0;

  const nodeBy = (n: number) => nodes[n % nodes.length]!.server; // there is one at least

  async function renew(n: number): Promise<RawSession> {
    await leave();
    // Where many are made at once some are told to come again.
    session = await persist(() => metRawSession(nodeBy(n).base), RENEW_WITHIN_MS);
    turns = 0;
    const { sid, b } = session;
    witness = await connectRawSocket({ port: nodeBy(n).port, sid, cookie: b.cookie });
    witness.write(textFrame('{"type":"hello","v":1,"after":null}'));
    for (const cid of OTHERS_CIDS) {
      witness.write(textFrame(`{"type":"send","cid":"${cid}","box":"${boxOf(60)}"}`));
    }
    const { texts } = witness;
    await witness.until(() => texts.filter((text) => text.startsWith('{"type":"ent')).length > 0);
    return session;
  }

  async function leave(): Promise<void> {
    const leaving = witness;
    witness = null;
    session = null;
    if (!leaving) return;
    // Nothing of it stays: what grows is what the server does not let go of.
    if (leaving.closeCode === null) leaving.write(textFrame('{"type":"end"}'));
    leaving.close(1000);
    await leaving.gone();
  }

  return {
    /** Where to connect as the attacker, at any of the nodes. */
    async take(random: Random): Promise<Taken> {
      const n = random.between(0, 1);
      const isUsable = turns++ < TURNS && witness !== null && witness.closeCode === null;
      const { sid, a } = isUsable && session ? session : await renew(n);
      const { cookie, proof, code } = a;
      return { port: nodeBy(random.between(0, 1)).port, sid, cookie, proof, code };
    },
    /** Throws if whoever looks on was cut off though nobody ended it, or was told something wrong. */
    expectUndisturbed(mayHaveEnded = false): void {
      if (!witness) return;
      const { closeCode, problem } = witness;
      if (problem !== null) throw new Error(`the other participant: ${problem}`);
      const isExcused = mayHaveEnded || closeCode === CLOSE.storeUnreachable;
      if (closeCode !== null && !isExcused)
        throw new Error(`the other participant was closed: ${closeCode}`);
    },
    /** The session is over: the next turn has another. */
    leave,
  };
}
