/**
 * Whether a session is there, has ended or never was is nobody's business who has no proof or
 * pass for it: the answers are the same to the byte, and take as long.
 */
import { randomBytes } from 'node:crypto';
import { request, Agent } from 'node:http';
import type { Course, Fault } from '../faults/fault.ts';
import { createPair } from '../faults/world/pair.ts';
import type { Random } from '../faults/world/random.ts';
import { startWorld, type World } from '../faults/world/world.ts';
import { vapidEnv } from '../support/push-service.ts';

/** A pass that no server has made. */
const FORGED = `eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..${'A'.repeat(16)}.${'A'.repeat(120)}.${'A'.repeat(22)}`;
const KINDS = ['living', 'ended', 'never was'] as const;
type Kind = (typeof KINDS)[number];

interface Question {
  name: string;
  method: string;
  path: (sid: string) => string;
  body?: () => object;
  headers?: (sid: string) => Record<string, string>;
}

const drawn = (bytes: number) => randomBytes(bytes).toString('base64url');
const forged = (sid: string) => ({ cookie: `duologue-${sid}=${FORGED}` });

function renewal() {
  const [proofHash, key, cid, box] = [drawn(32), drawn(72), drawn(16), drawn(296)];
  return { slot: 'b', proofHash, key, cid, box };
}

const endpoint = () => ({ slot: 'b', endpoint: `https://web.push.apple.com/${drawn(30)}` });

const QUESTIONS: readonly Question[] = [
  {
    name: 'landing',
    method: 'POST',
    path: (sid) => `/api/sessions/${sid}/landing`,
    body: () => ({ proof: drawn(32) }),
  },
  {
    name: 'enter',
    method: 'POST',
    path: (sid) => `/api/sessions/${sid}/enter`,
    body: () => ({ proof: drawn(32), code: '7K3M-Q9TX' }),
  },
  { name: 'leave', method: 'POST', path: (sid) => `/api/sessions/${sid}/leave` },
  { name: 'renew', method: 'POST', path: (sid) => `/api/sessions/${sid}/renew`, body: renewal },
  ...['PUT', 'DELETE'].flatMap((method) =>
    [undefined, forged].map((headers) => ({
      name: `${method} an endpoint${headers ? ', forged pass' : ''}`,
      method,
      path: (sid: string) => `/api/sessions/${sid}/push`,
      body: endpoint,
      ...(headers && { headers }),
    })),
  ),
  { name: 'end', method: 'DELETE', path: (sid) => `/api/sessions/${sid}` },
  { name: 'upgrade', method: 'GET', path: (sid) => `/ws/${sid}` },
  {
    name: 'leave, forged pass',
    method: 'POST',
    path: (sid) => `/api/sessions/${sid}/leave`,
    headers: forged,
  },
  {
    name: 'renew, forged pass',
    method: 'POST',
    path: (sid) => `/api/sessions/${sid}/renew`,
    body: renewal,
    headers: forged,
  },
  {
    name: 'end, forged pass',
    method: 'DELETE',
    path: (sid) => `/api/sessions/${sid}`,
    headers: forged,
  },
  { name: 'upgrade, forged pass', method: 'GET', path: (sid) => `/ws/${sid}`, headers: forged },
];

/** These ask the store; the others are refused before. */
const ASK_THE_STORE = new Set(['landing', 'enter']);

export const uniform: Fault = {
  id: 'uniform',
  title: 'unknown, ended and wrong proofs cannot be told apart',
  short: 20,
  long: 500,
  limits: { 'ranks apart, |z|': 4 },

  async run(course) {
    const world = course.use(await startWorld({ nodes: 1, env: vapidEnv() }));
    const sids = await makeSessions(world);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    course.use({ close: () => agent.destroy() });
    for (const question of QUESTIONS) {
      await askAll(course, { question, sids, ask: createAsker(world, agent) });
    }
    course.expectNoFaults(world);
  },
};

async function makeSessions({ base }: World): Promise<Record<Kind, string[]>> {
  const some = () => Promise.all(Array.from({ length: 5 }, () => createPair(base)));
  const [living, ended] = [await some(), await some()];
  for (const pair of ended) {
    const browser = await pair.enter('a');
    const { status } = await browser.fetch(`${base}/api/sessions/${pair.sid}`, {
      method: 'DELETE',
    });
    if (status !== 204) throw new Error(`not ended: ${status}`);
  }
  return {
    living: living.map(({ sid }) => sid),
    ended: ended.map(({ sid }) => sid),
    'never was': Array.from({ length: 5 }, () => drawn(8)),
  };
}

interface Asking {
  question: Question;
  sids: Record<Kind, string[]>;
  ask: ReturnType<typeof createAsker>;
}

/** In rounds, each kind once in an order drawn anew: what is slow for a while is so for all. */
async function askAll(course: Course, { question, sids, ask }: Asking): Promise<void> {
  const times: Record<Kind, number[]> = { living: [], ended: [], 'never was': [] };
  const seen = new Set<string>();
  for (let round = 0; round < course.iterations; round++) {
    const random = course.random(round);
    for (const kind of shuffled(KINDS, random)) {
      const { answer, tookUs } = await ask(question, random.oneOf(sids[kind]));
      seen.add(answer);
      times[kind].push(tookUs);
    }
    course.progress(round);
  }
  if (seen.size !== 1) {
    throw new Error(`${question.name} has ${seen.size} answers:\n${[...seen].join('\n\n')}`);
  }
  if (!ASK_THE_STORE.has(question.name)) return;
  for (const kind of KINDS) {
    for (const us of times[kind]) course.measure(`${question.name}, ${kind}: µs`, us);
  }
  for (const [one, other] of [
    [0, 1],
    [0, 2],
    [1, 2],
  ] as const) {
    const z = ranksApart(times[KINDS[one]], times[KINDS[other]]);
    course.measure('ranks apart, |z|', Math.abs(z));
  }
}

/** All of an answer that could differ, as text: status, headers but the date, body. */
function createAsker({ nodes }: World, agent: Agent) {
  const [node] = nodes;
  if (!node) throw new Error('no node');
  const { port, base } = node.server;
  return (question: Question, sid: string): Promise<{ answer: string; tookUs: number }> =>
    new Promise((resolve, reject) => {
      const text = question.body && JSON.stringify(question.body());
      const started = performance.now();
      const sent = request(
        {
          ...{ agent, host: '127.0.0.1', port, method: question.method, path: question.path(sid) },
          headers: {
            ...{ host: `localhost:${port}`, origin: base },
            ...(text && {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(text),
            }),
            ...question.headers?.(sid),
          },
        },
        (response) => {
          let body = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
          response.on('end', () => {
            const tookUs = (performance.now() - started) * 1_000;
            const headers = response.rawHeaders
              .map((word, i, all) => (all[i - 1]?.toLowerCase() === 'date' ? '…' : word))
              .map((word) => word.replaceAll(sid, 'SID'));
            const answer = [response.statusCode, headers.join(' '), body].join('\n');
            resolve({ answer, tookUs });
          });
        },
      );
      sent.on('error', reject);
      sent.end(text);
    });
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  return list
    .map((one) => ({ one, at: random() }))
    .toSorted((first, second) => first.at - second.at)
    .map(({ one }) => one);
}

/** Mann and Whitney's U of two samples, as a standard normal: how far apart their ranks are. */
function ranksApart(one: readonly number[], other: readonly number[]): number {
  const all = [
    ...one.map((value) => ({ value, isOne: true })),
    ...other.map((value) => ({ value, isOne: false })),
  ];
  all.sort((first, second) => first.value - second.value);
  const rankSum = all.reduce((sum, { isOne }, index) => (isOne ? sum + index + 1 : sum), 0);
  const [n, m] = [one.length, other.length];
  const u = rankSum - (n * (n + 1)) / 2;
  return (u - (n * m) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12);
}
