/**
 * A pass that was given back, or whose chat has ended, is of no use anywhere: its connections on
 * all nodes close at once, and nothing it asks for is done. And of the secrets that seal passes
 * those that are listed open them, and no others.
 */
import type { Course, Fault } from '../faults/fault.ts';
import { eachSideBySide } from '../faults/world/lanes.ts';
import type { Random } from '../faults/world/random.ts';
import { startWorld, type World } from '../faults/world/world.ts';
import {
  connectRaw,
  enterRaw,
  metRawSession,
  postJson,
  RawClient,
  type RawParticipant,
  type RawSession,
} from '../support/raw-client.ts';
import { startServer } from '../support/server-process.ts';

const PASS_GONE = 4501;
const ENDED = 4503;

export const revoked: Fault = {
  id: 'revoked',
  title: 'leaving and ending take the pass back everywhere',
  short: 6,
  long: 300,
  limits: { 'closed after ms': 1_000 },

  async run(course) {
    const world = course.use(await startWorld());
    await eachSideBySide(course, 3, (random) => revokeOne(course, world, random));
    course.expectNoFaults(world);
    await expectRotation(course, world);
  },
};

async function revokeOne(course: Course, world: World, random: Random): Promise<void> {
  const bases = world.nodes.map(({ server }) => server.base);
  const anywhere = () => random.oneOf(bases);
  const session = await metRawSession(anywhere());
  const { sid, a, b } = session;
  const laptop: RawParticipant = { ...a, cookie: '' };
  await enterRaw(anywhere(), sid, laptop);
  const everywhere = (who: RawParticipant) =>
    Promise.all(bases.map(async (base) => (await connectRaw(base, sid, who)).client));
  const [phones, laptops, bobs] = await Promise.all([a, laptop, b].map(everywhere));
  if (!phones || !laptops || !bobs) throw new Error('there are three');

  const left = performance.now();
  const { status } = await ask(anywhere(), 'POST', `/${sid}/leave`, a);
  if (status !== 204) throw new Error(`leaving was answered ${status}`);
  await expectClosed(course, phones, PASS_GONE, left);
  await expectNoUse(bases, session, a, 'landing');
  await Promise.all([...laptops, ...bobs].map(isAlive));

  const overHttp = random() < 0.5;
  const ended = performance.now();
  if (overHttp) await ask(anywhere(), 'DELETE', `/${sid}`, random.oneOf([laptop, b]));
  else random.oneOf([...laptops, ...bobs]).send({ type: 'end' });
  await expectClosed(course, [...laptops, ...bobs], ENDED, ended);
  for (const who of [a, laptop, b]) await expectNoUse(bases, session, who, 'ended');
}

function ask(base: string, method: string, path: string, { cookie }: RawParticipant) {
  return fetch(`${base}/api/sessions${path}`, { method, headers: { cookie, origin: base } });
}

async function expectClosed(
  course: Course,
  clients: readonly RawClient[],
  code: number,
  since: number,
): Promise<void> {
  await Promise.all(
    clients.map(async ({ closed }) => {
      const closedWith = await closed;
      course.measure('closed after ms', performance.now() - since);
      if (closedWith !== code) throw new Error(`closed with ${closedWith} instead of ${code}`);
    }),
  );
}

/** Whoever still has the cookie: neither in, nor able to do anything to the chat, on any node. */
async function expectNoUse(
  bases: readonly string[],
  { sid }: RawSession,
  who: RawParticipant,
  becomes: 'landing' | 'ended',
): Promise<void> {
  const { proof, cookie } = who;
  for (const base of bases) {
    const opened = await new RawClient(base, sid, cookie).opened();
    if (opened !== 401) throw new Error(`the pass still opens a connection: ${opened}`);
    const deleted = await ask(base, 'DELETE', `/${sid}`, who);
    if (deleted.status !== 401) throw new Error(`the pass still ends: ${deleted.status}`);
    const landed = await postJson(base, `/api/sessions/${sid}/landing`, { proof }, { cookie });
    const isOut = becomes === 'ended' ? landed.status === 410 : hereOf(landed.body) === null;
    if (!isOut) throw new Error(`the pass is still known: ${JSON.stringify(landed.body)}`);
  }
}

/** As whom a landing takes the browser. */
function hereOf(body: object): unknown {
  return 'here' in body ? body.here : undefined;
}

async function isAlive(client: RawClient): Promise<void> {
  client.send({ type: 'ping' });
  await client.next('pong');
}

const [OLD, NEW] = ['o'.repeat(32), 'n'.repeat(32)];
/** The steps of a change, as OPERATING.md has them, and what lies before and after. */
const LISTS = [[OLD], [OLD, NEW], [NEW, OLD], [NEW]] as const;

/** A pass that any of these nodes has given is good on exactly those that list its secret. */
async function expectRotation(course: Course, { redis }: World): Promise<void> {
  const nodes = await Promise.all(
    LISTS.map(async (secrets) => {
      const env = { REDIS_URL: redis.url, COOKIE_SECRET: secrets.join(), LOG_LEVEL: 'warn' };
      const server = await startServer(env);
      course.use({ close: () => server.kill() });
      return { secrets: new Set<string>(secrets), newest: secrets[0], base: server.base };
    }),
  );
  for (const giver of nodes) {
    const { sid, a } = await metRawSession(giver.base);
    for (const { base, secrets } of nodes) {
      const client = new RawClient(base, sid, a.cookie);
      const [opened, { body }] = await Promise.all([
        client.opened(),
        postJson(base, `/api/sessions/${sid}/landing`, { proof: a.proof }, { cookie: a.cookie }),
      ]);
      const isGood = secrets.has(giver.newest);
      if (opened !== (isGood ? 101 : 401) || hereOf(body) !== (isGood ? 'a' : null)) {
        throw new Error(`a pass of ${giver.newest[0]}… is ${opened} at ${[...secrets].join()}`);
      }
      client.close().catch(() => {});
    }
  }
}
