/** People who talk: plain sockets that say as much as they can, or at a rate, and count. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Side, System } from './systems.ts';

/** As many bytes as the box of a short message has. */
const BOX = randomBytes(300).toString('base64url');
const CID = '"cid":"';

export interface Talker {
  /** Where they came in. */
  side: Side;
  /** Resolves when it was stored, or acknowledged. */
  say(cid?: string): Promise<void>;
  /** How much of the other's has come. */
  readonly heard: number;
  close(): Promise<void>;
}

/** Two who talk with each other. `onHeard` is told the cid of what came from the other. */
export async function meet(
  system: System,
  onHeard: (cid: string) => void = () => {},
): Promise<[Talker, Talker]> {
  const [one, other] = await system.pair();
  return Promise.all([talk(system, one, onHeard), talk(system, other, onHeard)]);
}

let said = 0;
/** Another one each time, of 22 characters as a cid has. */
export const nextCid = () => String((said += 1)).padStart(21, 'A') + 'A';

async function talk(
  { greeting }: System,
  side: Side,
  onHeard: (cid: string) => void,
): Promise<Talker> {
  const { url, headers } = side;
  const socket = new WebSocket(url, { headers, perMessageDeflate: false });
  const waiting = new Map<string, () => void>();
  let heard = 0;
  let greeted = () => {};
  socket.on('message', (data: Buffer) => {
    const text = data.toString('latin1');
    if (greeting && text.startsWith(greeting.answer)) return greeted();
    // A page of the log has more than one.
    for (let at = text.indexOf(CID); at >= 0; at = text.indexOf(CID, at + CID.length)) {
      hear(text.slice(at + CID.length, at + CID.length + 22));
    }
  });
  function hear(cid: string): void {
    const own = waiting.get(cid);
    waiting.delete(cid);
    if (own) return own();
    heard += 1;
    onHeard(cid);
  }
  await once(socket, 'open');
  if (greeting) {
    const welcome = new Promise<void>((resolve) => (greeted = resolve));
    socket.send(greeting.say);
    await welcome;
  }
  return {
    side,
    say(cid = nextCid()) {
      socket.send(`{"type":"send","cid":"${cid}","box":"${BOX}"}`);
      return new Promise((resolve) => waiting.set(cid, resolve));
    },
    get heard() {
      return heard;
    },
    async close() {
      socket.close();
      await once(socket, 'close');
    },
  };
}

/** So many pairs. Few meet at once: where many come, some are told to come again. */
export async function people(
  system: System,
  pairs: number,
  onHeard?: (cid: string) => void,
): Promise<Talker[]> {
  const talkers: Talker[] = [];
  while (talkers.length < 2 * pairs) {
    const missing = Math.min(4, pairs - talkers.length / 2);
    // oxlint-disable-next-line no-await-in-loop -- as above
    const met = await Promise.all(Array.from({ length: missing }, () => meet(system, onHeard)));
    talkers.push(...met.flat());
  }
  return talkers;
}

export async function close(talkers: readonly Talker[]): Promise<void> {
  await Promise.all(talkers.map((talker) => talker.close()));
}
