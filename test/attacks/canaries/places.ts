/** Where Redis and the nodes could have something that is secret, and what may be there. */
import { CAN_READ_MEMORY, searchMemory } from '../../support/process-memory.ts';
import { anything, monitored, printed, type Fits } from './control.ts';
import { lookingFor } from './lookout.ts';
import { CONTROL_KEY, type Scene } from './scene.ts';

/** Told, answered, kept, written to files of both kinds before and after a rewrite, in memory. */
export async function lookAtStore({ garden, redis, lookout, controls }: Scene, when: string) {
  const looking = lookingFor(garden.canaries.of('sealed', 'passing'), controls.redis);
  const look = (place: string, bytes: Buffer, fits?: Fits) =>
    lookout.look(`${place} ${when}`, looking, bytes, fits);
  const lookAtMemory = async (place: string) => {
    if (!CAN_READ_MEMORY) return;
    lookout.judge(
      `${place} ${when}`,
      looking,
      await searchMemory(await redis.pid(), looking.search),
    );
  };
  look('what Redis is told and answers', redis.traffic());
  look('MONITOR', redis.commands(), monitored);
  look('keys and values', await redis.values());
  await lookAtMemory('the memory of Redis');
  await redis.snapshot();
  look('the append-only file', (await redis.files()).aof);
  look('the snapshot', (await redis.files()).rdb);
  await redis.rewriteLog();
  look('the append-only file, rewritten,', (await redis.files()).aof);
  await redis.purge();
  await lookAtMemory('the memory of Redis, purged,');
}

/** What they have printed, on both streams, and what is in their memory. */
export async function lookAtNodes({ garden, nodes, lookout, controls }: Scene, when: string) {
  const { canaries } = garden;
  const nothing = canaries.of('sealed', 'passing', 'stored', 'id', 'setting');
  // Together, since the control is printed.
  const told = Buffer.concat([nodes.log(), await nodes.metrics()]);
  lookout.look(`log and metrics ${when}`, lookingFor(nothing, controls.node), told, printed);
  if (!CAN_READ_MEMORY) return;
  const looking = lookingFor(canaries.of('sealed'), controls.node);
  for (const [index, { isUp, server }] of nodes.nodes.entries()) {
    if (!isUp) continue;
    const hits = await searchMemory(server.pid, looking.search);
    lookout.judge(`the memory of node ${index} ${when}`, looking, hits, anything);
  }
}

const NOTICE = ['a:proof', 'b:proof', 'idle', 'reason'];

/** Of a chat that is over Redis has its notice, and nothing else anywhere. */
export async function expectOnlyNotices(
  { redis, lookout }: Scene,
  sids: { ended: readonly string[]; silent: readonly string[] },
): Promise<void> {
  const notice = (sid: string) => `duologue:{${sid}}:ended`;
  const expected = [...sids.ended, ...sids.silent].map(notice);
  const others = new Set([CONTROL_KEY, 'duologue:sessions', ...expected]);
  const keys = await redis.keys();
  const isRate = (key: string) => /^duologue:rate:[\w/:-]+$/.test(key);
  for (const key of keys) if (!others.has(key) && !isRate(key)) lookout.blame(`left: ${key}`);
  for (const key of expected) if (!keys.includes(key)) lookout.blame(`no notice: ${key}`);
  for (const sid of [...sids.ended, ...sids.silent]) {
    const own = sids.ended.includes(sid) ? ['box', 'by', 'replaced'] : [];
    const fields = (await redis.admin.hkeys(notice(sid))).toSorted().join(' ');
    const allowed = [...NOTICE, ...own].toSorted().join(' ');
    if (fields !== allowed) lookout.blame(`the notice has ${fields} instead of ${allowed}`);
  }
}
