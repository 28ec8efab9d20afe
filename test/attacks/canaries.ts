/**
 * Canaries: known names, texts, codes, keys, link secrets, proofs and passes go through the whole
 * life of chats, with trouble on the way, and are looked for wherever they must not be: in what
 * nodes print and have in memory, in all that Redis is told, keeps, writes and forgets, and on the
 * wire. What only a browser has is looked at in test/e2e/canaries.spec.ts.
 */
import type { Course, Fault } from '../faults/fault.ts';
import type { Device, Meeting } from '../faults/world/pair.ts';
import type { Random } from '../faults/world/random.ts';
import { persist, until } from '../faults/world/until.ts';
import { misplaceAll } from './canaries/misplace.ts';
import { expectOnlyNotices, lookAtNodes, lookAtStore } from './canaries/places.ts';
import { enterBoth, noteBoxes, noteStored, talk } from './canaries/plant.ts';
import { plantByPage, plantByServer } from './canaries/plant.ts';
import { plantControls, setScene, type Scene } from './canaries/scene.ts';
import { lookAtWire } from './canaries/wire.ts';

export const canaries: Fault = {
  id: 'canaries',
  title: 'what is secret is nowhere',
  short: 1,
  long: 20,

  async run(course) {
    for (let done = 0; done < course.iterations;) {
      await liveOnce(course, course.random(done));
      course.progress(++done);
    }
  },
};

async function liveOnce(course: Course, random: Random): Promise<void> {
  const scene = await setScene(course, random);
  const { garden, redis, nodes, lookout } = scene;
  const page = await enterBoth(garden, await plantByPage(garden));
  const served = await enterBoth(garden, await plantByServer(garden));
  await plantControls(scene, page);
  await live(scene, [page, served]);
  const silent = await enterBoth(garden, await plantByPage(garden, '6s'));
  await noteStored(garden, redis, silent);
  silent.ann.say('nothing is said after this');
  await lookAtStore(scene, 'while chats live');
  await lookAtNodes(scene, 'while chats live');

  page.ann.chat.end();
  await leaveAndEnd(served);
  for (const { chat } of [...page.devices, ...silent.devices, served.bob]) {
    await until('the end is told', () => chat.ended.value !== null);
  }
  for (const pair of [page, served, silent]) noteBoxes(garden, pair);
  const sids = { ended: [page.sid, served.sid], silent: [silent.sid] };
  await expectOnlyNotices(scene, sids);
  await lookAtStore(scene, 'after the end');
  await lookAtNodes(scene, 'after the end');

  await stopNodes(scene);
  await lookAtNodes(scene, 'after SIGTERM');
  lookAtWire(lookout, nodes.streams(), garden.canaries, scene.controls.wire);
  course.measure('looks', lookout.looks());
  for (const pair of [page, served, silent]) pair.close();
  lookout.close();
}

/** Talking, with trouble of every kind in between. */
async function live({ garden, redis, nodes }: Scene, pairs: readonly Meeting[]): Promise<void> {
  const [node] = nodes.nodes;
  const [first] = pairs;
  if (!node || !first) throw new Error('there is nobody');
  for (const pair of pairs) await talk(garden, pair);
  await misplaceAll(garden, nodes.unrecorded, first);
  await redis.restart();
  await node.kill();
  for (const pair of pairs) await talk(garden, pair);
  await node.start();
  for (const pair of pairs) {
    noteBoxes(garden, pair);
    await noteStored(garden, redis, pair);
  }
}

/** One gives the pass back, the other ends the chat over HTTP. */
async function leaveAndEnd({ sid, ann, bob }: Meeting): Promise<void> {
  const ask = async ({ browser }: Device, method: string, path: string) => {
    const { status } = await browser.fetch(`${browser.base}/api/sessions/${sid}${path}`, {
      method,
    });
    // 401: done already, and the answer was lost.
    if (status !== 204 && status !== 401)
      throw new Error(`${method} ${path} was answered with ${status}`);
  };
  await persist(() => ask(ann, 'POST', '/leave'));
  await persist(() => ask(bob, 'DELETE', ''));
}

async function stopNodes({ nodes, lookout }: Scene): Promise<void> {
  for (const node of nodes.nodes) {
    const { code } = await node.stop();
    if (code !== 0) lookout.blame(`a node ended with ${code}`);
  }
}
