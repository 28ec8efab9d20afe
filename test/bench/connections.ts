/** What it takes to hold connections, and to have them all back after a restart. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { LEASE_RENEW_MS } from '../../server/protocol/limits.ts';
import { backoffMs } from '../../web/core/backoff.ts';
import { percentile } from '../faults/fault.ts';
import { bytesOf, cpuOf, type Figures } from './figures.ts';
import type { Side, System } from './systems.ts';
import { close, meet, people, type Talker } from './talkers.ts';

const SETTLED_MS = 1_000;
/** What is connected at once while a crowd is made. */
const AT_ONCE = 20;
const BACK_WITHIN_MS = 60_000;

/** Connections of pairs that say nothing, after the first of them; each renews its lease once. */
export async function idle(system: System, connections: number): Promise<Figures> {
  const talkers: Talker[] = [...(await meet(system))];
  await sleep(SETTLED_MS);
  const before = bytesOf(system);
  talkers.push(...(await people(system, connections / 2)));
  await sleep(SETTLED_MS);
  const all = bytesOf(system);
  const cpu = cpuOf(system);
  await sleep(LEASE_RENEW_MS);
  const { server, store } = cpuOf(system);
  await close(talkers);
  const ofThem = `of ${connections} idle connections`;
  return {
    [`kB each ${ofThem}`]: (all - before) / 1000 / connections,
    [`MB, all in all, ${ofThem}`]: all / 1e6,
    [`server CPU, ms a second ${ofThem}`]: (server - cpu.server) / LEASE_RENEW_MS,
    [`store CPU, ms a second ${ofThem}`]: (store - cpu.store) / LEASE_RENEW_MS,
  };
}

/** The one node ends and comes back, the chats in Redis: each client tries again as the page does. */
export async function reconnect(system: System, clients: number): Promise<Figures> {
  const { ours, server, store } = system;
  if (!ours || server.length > 1 || store.length === 0) return {};
  const sides: Side[] = [];
  while (sides.length < clients) {
    // oxlint-disable-next-line no-await-in-loop -- few at once
    const made = await Promise.all(Array.from({ length: 4 }, () => system.pair()));
    sides.push(...made.flat());
  }
  const sockets: WebSocket[] = [];
  for (let i = 0; i < sides.length; i += AT_ONCE) {
    // oxlint-disable-next-line no-await-in-loop -- as above
    sockets.push(
      ...(await Promise.all(sides.slice(i, i + AT_ONCE).map((side) => join(system, side)))),
    );
  }
  const lost = sockets.map((socket) => once(socket, 'close'));
  const refused: string[] = [];
  const restarted = ours.down().then(() => ours.up());
  await Promise.all(lost);
  const lostAt = performance.now();
  const back: number[] = [];
  const again = await Promise.all(
    sides.map(async (side) => {
      for (let attempt = 0; performance.now() - lostAt < BACK_WITHIN_MS; attempt++) {
        // oxlint-disable no-await-in-loop -- one attempt after the other
        await sleep(backoffMs(attempt, Math.random()));
        const socket = await join(system, side).catch((error: Error) => {
          // That nobody listens yet is what a restart is.
          if (!error.message.includes('ECONNREFUSED')) refused.push(error.message);
          return null;
        });
        // oxlint-enable no-await-in-loop
        if (socket === null) continue;
        back.push(performance.now() - lostAt);
        return socket;
      }
      throw new Error(`not back within ${BACK_WITHIN_MS} ms: ${refused.slice(0, 3).join('; ')}`);
    }),
  );
  await restarted;
  for (const socket of again) socket.terminate();
  return {
    [`${clients} are back: p50, s`]: percentile(back, 0.5) / 1000,
    [`${clients} are back: the last, s`]: Math.max(...back) / 1000,
    [`${clients} are back: refused first`]: refused.length,
  };
}

/** Connected and welcomed. */
async function join({ greeting }: System, { url, headers }: Side): Promise<WebSocket> {
  const socket = new WebSocket(url, { headers, perMessageDeflate: false });
  await once(socket, 'open');
  socket.on('error', () => {});
  if (greeting) {
    const answered = once(socket, 'message');
    socket.send(greeting.say);
    await Promise.race([
      answered,
      once(socket, 'close').then(() => Promise.reject(new Error('closed'))),
    ]);
  }
  return socket;
}
