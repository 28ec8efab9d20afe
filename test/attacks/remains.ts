/**
 * Figures, not promises: how much of what Redis stored, and of what went through a node, can still
 * be found when a chat is over, in percent of what there was, by someone who reads the files and
 * the memory of the machine. Nobody has looked before: looking leaves copies.
 */
import type { Course, Fault } from '../faults/fault.ts';
import { until } from '../faults/world/until.ts';
import { searchMemory } from '../support/process-memory.ts';
import { createSearch, type Hit, type Secret } from '../support/search.ts';
import { enterBoth, noteBoxes, noteStored } from './canaries/plant.ts';
import { plantByPage, plantByServer, talk } from './canaries/plant.ts';
import { setScene, type Scene } from './canaries/scene.ts';

export const remains: Fault = {
  id: 'remains',
  title: 'what is left of a chat that is over, in %',
  short: 0,
  long: 5,

  async run(course) {
    for (let done = 0; done < course.iterations;) {
      await measureOnce(course, done);
      course.progress(++done);
    }
  },
};

async function measureOnce(course: Course, iteration: number): Promise<void> {
  const scene = await setScene(course, course.random(iteration), { isMonitored: false });
  const { garden, redis } = scene;
  const pairs = [await plantByPage(garden), await plantByServer(garden)];
  for (const pair of pairs) {
    const meeting = await enterBoth(garden, pair);
    await talk(garden, meeting);
    await noteStored(garden, redis, pair);
    meeting.bob.chat.end();
    await until('both are told', () => pair.devices.every(({ chat }) => chat.ended.value !== null));
    noteBoxes(garden, pair);
    pair.close();
  }
  await measureFiles(scene, 'before the rewrite');
  await measureMemory(scene);
  await redis.rewriteLog();
  await redis.snapshot();
  await measureFiles(scene, 'after the rewrite');
}

async function measureFiles(scene: Scene, when: string): Promise<void> {
  const { aof } = await scene.redis.files();
  const { secrets, search } = lookFor(scene, 'stored');
  note(scene, `in the append-only file ${when}`, secrets, search.in(aof));
}

async function measureMemory(scene: Scene): Promise<void> {
  const { redis, nodes } = scene;
  const { secrets, search } = lookFor(scene, 'stored');
  const pid = await redis.pid();
  note(scene, 'in the memory of Redis', secrets, await searchMemory(pid, search));
  await redis.purge();
  note(scene, 'in the memory of Redis, purged', secrets, await searchMemory(pid, search));
  const passed = lookFor(scene, 'passing');
  const hits: Hit[] = [];
  for (const { server } of nodes.nodes)
    hits.push(...(await searchMemory(server.pid, passed.search)));
  note(scene, 'in the memory of a node', passed.secrets, hits);
}

/** Each by itself, to be counted. */
function lookFor({ garden }: Scene, kind: 'stored' | 'passing') {
  const secrets = garden.canaries.of(kind).map((one, i) => ({ ...one, what: `${one.what} #${i}` }));
  return { secrets, search: createSearch(secrets) };
}

function note({ course }: Scene, place: string, secrets: readonly Secret[], hits: readonly Hit[]) {
  const found = new Set(hits.map(({ what }) => what));
  const kindOf = (what: string) => what.replace(/ #\d+$/, '');
  for (const kind of new Set(secrets.map(({ what }) => kindOf(what)))) {
    const all = secrets.filter(({ what }) => kindOf(what) === kind);
    const left = all.filter(({ what }) => found.has(what));
    course.measure(`${kind} ${place}`, (100 * left.length) / all.length);
  }
}
