/**
 * What is measured, after real traffic at a real process, over both stores; who may read it; and
 * that the dashboard and the alerts speak of nothing else.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text as textOf } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { exportedBy, sampleSum, unknownIn } from '../support/promql.ts';
import {
  connectRaw,
  metRawSession,
  postJson,
  type RawClient,
  type RawSession,
} from '../support/raw-client.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { startServer, type Server } from '../support/server-process.ts';

// A process or two to start.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const root = fileURLToPath(new URL('../..', import.meta.url));
const TOKEN = randomBytes(24).toString('base64url');
const random = (bytes: number) => randomBytes(bytes).toString('base64url');
const newMessage = () => ({ type: 'send', cid: random(16), box: random(296) });

async function ask(base: string, authorization?: string, path = '/metrics') {
  const headers = { connection: 'close', ...(authorization !== undefined && { authorization }) };
  const answer = await fetch(base + path, { headers });
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    text: await answer.text(),
  };
}

async function scrape(base: string): Promise<string> {
  const { status, text } = await ask(base, `Bearer ${TOKEN}`);
  if (status !== 200) throw new Error(`not answered: ${status}`);
  return text;
}

/** Fails if promtool does not agree, with what it says. */
async function promtool(args: readonly string[], input = ''): Promise<void> {
  const child = spawn('promtool', args, { cwd: root, stdio: ['pipe', 'pipe', 'pipe'] });
  const missing = once(child, 'error').then(([cause]: unknown[]) => {
    throw new Error('promtool cannot be started: is it installed? (Debian: prometheus)', { cause });
  });
  const exited = once(child, 'exit').then(([code]: unknown[]) => code);
  const ended = Promise.all([exited, textOf(child.stdout), textOf(child.stderr)]);
  child.stdin.on('error', () => {}).end(input);
  const [code, said, alsoSaid] = await Promise.race([ended, missing]);
  expect(said + alsoSaid).not.toMatch(/FAILED|error/i);
  expect({ code, said: code === 0 ? '' : said + alsoSaid }).toEqual({ code: 0, said: '' });
}

interface Traffic {
  session: RawSession;
  a: RawClient;
  b: RawClient;
}

/**
 * One session, both inside and connected; three messages and the last again; one connection that
 * breaks the rules, and one that knows what the store does not; a wrong code, and an unknown chat.
 */
async function chat(base: string): Promise<Traffic> {
  const session = await metRawSession(base);
  const { sid } = session;
  const [{ client: a }, { client: b }] = [
    await connectRaw(base, sid, session.a),
    await connectRaw(base, sid, session.b),
  ];
  let last = newMessage();
  for (let i = 0; i < 3; i += 1) {
    last = newMessage();
    a.send(last);
    await Promise.all([a.next('entry'), b.next('entry')]);
  }
  a.send(last);
  await a.next('entry');
  const { client: rude } = await connectRaw(base, sid, session.b);
  rude.send('nonsense');
  expect(await rude.closed).toBe(4500);
  const unknown = { seq: 2, sum: 'A'.repeat(11) };
  const { client: ahead, welcome } = await connectRaw(base, sid, session.a, unknown);
  expect(welcome.reset).toBe(true);
  await ahead.close();
  const { proof } = session.a;
  for (const [at, status] of [
    [sid, 401],
    [random(8), 404],
  ] as const) {
    const body = { proof, code: '0000-0000' };
    expect(await postJson(base, `/api/sessions/${at}/enter`, body)).toMatchObject({ status });
  }
  return { session, a, b };
}

/** Of all that was counted of `chat`; undefined where nothing is. */
function countsOf(text: string) {
  const sum = (name: string, labels?: Record<string, string>) =>
    sampleSum(text, `duologue_${name}`, labels);
  return {
    sessions: sum('sessions'),
    sessionsLimit: sum('sessions_limit'),
    sessionsConnected: sum('sessions_connected'),
    connections: sum('connections'),
    connectionsLimit: sum('connections_limit'),
    queue: sum('hash_queue_length'),
    storeUp: sum('store_up'),
    stored: sum('appends_total', { result: 'stored' }),
    repeated: sum('appends_total', { result: 'repeated' }),
    appends: sum('appends_total'),
    appendTimes: sum('append_seconds_count'),
    deliveryTimes: sum('delivery_seconds_count'),
    badFrames: sum('connections_closed_total', { reason: 'bad_frame' }),
    left: sum('connections_closed_total', { reason: 'left' }),
    closed: sum('connections_closed_total'),
    resets: sum('resets_total'),
    faults: sum('connection_faults_total'),
    entered: sum('enterings_total', { outcome: 'entered' }),
    wrongCodes: sum('enterings_total', { outcome: 'wrong_code' }),
    enterings: sum('enterings_total'),
    refusals: sum('refusals_total'),
    created: sum('http_request_seconds_count', { route: '/api/sessions', status: '201' }),
  };
}

const COUNTS: ReturnType<typeof countsOf> = {
  sessions: 1,
  sessionsLimit: 1234,
  sessionsConnected: 1,
  connections: 2,
  connectionsLimit: 99,
  queue: 0,
  storeUp: 1,
  stored: 3,
  repeated: 1,
  appends: 4,
  appendTimes: 4,
  deliveryTimes: 3,
  badFrames: 1,
  left: 1,
  closed: 2,
  resets: 1,
  faults: 0,
  entered: 2,
  wrongCodes: 1,
  enterings: 4,
  refusals: 2,
  created: 1,
};
const LIMITS = { MAX_SESSIONS: '1234', MAX_CONNECTIONS: '99' };

let redis: TestRedis;
let embedded: Server;
let shared: Server;

beforeAll(async () => {
  redis = await startRedis();
  const env = { METRICS_TOKEN: TOKEN, ...LIMITS };
  [embedded, shared] = await Promise.all([
    startServer(env),
    startServer({ ...env, REDIS_URL: redis.url }),
  ]);
  return async () => {
    await Promise.all([embedded.kill(), shared.kill()]);
    await redis.stop();
  };
});

const SERVERS = [
  { store: 'embedded', server: () => embedded },
  { store: 'Redis', server: () => shared },
];

// In this order: the first makes what the others look at.
describe.each(SERVERS)('what is exported, $store', ({ store, server }) => {
  let traffic: Traffic;

  it('is what has happened', async () => {
    const { base } = server();
    traffic = await chat(base);
    // What ends a request or a connection comes a moment after it.
    await expect.poll(async () => countsOf(await scrape(base))).toEqual(COUNTS);
    const text = await scrape(base);
    expect(sampleSum(text, 'duologue_redis_opened_total')).toBe(store === 'Redis' ? 1 : undefined);
    for (const name of ['append', 'delivery'] as const) {
      const seconds = sampleSum(text, `duologue_${name}_seconds_sum`);
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThan(10);
    }
    for (const name of ['nodejs_eventloop_lag_p99_seconds', 'process_resident_memory_bytes']) {
      expect(sampleSum(text, name)).toBeGreaterThan(0);
    }
  });

  it('says nothing of anybody, and no log line holds the token', async () => {
    const { base, output } = server();
    const { sid, a, b } = traffic.session;
    const text = await scrape(base);
    const secrets = [sid, a.code, a.proof, a.link.split('#')[1], a.cookie, b.code, b.proof];
    for (const word of [...secrets, 'Abhi', 'Anny', '127.0.0.1', '::1', 'localhost']) {
      expect(word).toBeTruthy();
      expect(text).not.toContain(word);
    }
    expect(output.join('\n')).toContain('/metrics');
    expect(output.join('\n')).not.toContain(TOKEN);
  });

  it('is taken by promtool without an objection', async () => {
    await promtool(['check', 'metrics'], await scrape(server().base));
  });

  it('has as many connections as there are', async () => {
    await traffic.a.close();
    const counts = async () => {
      const { connections, sessionsConnected } = countsOf(await scrape(server().base));
      return { connections, sessionsConnected };
    };
    await expect.poll(counts).toEqual({ connections: 1, sessionsConnected: 1 });
    await traffic.b.close();
    await expect.poll(counts).toEqual({ connections: 0, sessionsConnected: 0 });
  });
});

describe('/metrics', () => {
  it('is for whoever has the token; for others it is not there', async () => {
    const { base } = embedded;
    const { status, type } = await ask(base, `Bearer ${TOKEN}`);
    expect([status, type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    expect((await ask(base, `bearer ${TOKEN}`)).status).toBe(200);
    const nothing = await ask(base, undefined, '/nothing');
    expect(nothing.status).toBe(404);
    const wrong = [TOKEN.slice(1), `${TOKEN}A`, TOKEN.toLowerCase(), ''];
    for (const header of [
      undefined,
      TOKEN,
      `Basic ${TOKEN}`,
      ...wrong.map((one) => `Bearer ${one}`),
    ]) {
      expect(await ask(base, header)).toEqual(nothing);
    }
  });

  it('is not there without a METRICS_TOKEN', async () => {
    const plain = await startServer();
    try {
      for (const header of [undefined, 'Bearer ', 'Bearer undefined', 'Bearer null']) {
        expect(await ask(plain.base, header)).toEqual(await ask(plain.base, undefined, '/nothing'));
      }
    } finally {
      await plain.kill();
    }
  });
});

const { panels, templating, annotations } = JSON.parse(
  readFileSync(`${root}server/metrics/dashboard.json`, 'utf8'),
) as Dashboard; // as: what Grafana takes; a query that is not where it should be fails below
const rules = readFileSync(`${root}server/metrics/alerts.yml`, 'utf8');

interface Dashboard {
  panels: { type: string; title: string; description?: string; targets?: { expr: string }[] }[];
  templating: { list: { query: string | { query: string } }[] };
  annotations: { list: { expr: string }[] };
}

/** Each rule with the fields it has, in their order. */
const alerts = rules
  .split(/^ +- alert: /m)
  .slice(1)
  .map((rule) => ({
    name: rule.split('\n', 1)[0] ?? '',
    expr: /^ +expr: (.+)$/m.exec(rule)?.[1] ?? '',
    severity: /^ +severity: (\w+)$/m.exec(rule)?.[1],
    told: ['summary', 'meaning', 'action'].filter((field) =>
      new RegExp(`^ +${field}: .{20,}$`, 'm').test(rule),
    ),
  }));

describe('the dashboard and the alerts', () => {
  it('name only what is exported, with labels and values that there are', async () => {
    const exported = exportedBy(await scrape(embedded.base), await scrape(shared.base));
    const queries = [
      ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
      ...templating.list.slice(1).map(({ query }) => {
        const { query: text } = query as { query: string }; // as: the first is the data source
        return text.replace(/^label_values\((.*), \w+\)$/, '$1');
      }),
      ...annotations.list.map(({ expr }) => expr),
      ...alerts.map(({ expr }) => expr),
    ];
    expect(queries.length).toBeGreaterThan(40);
    const unknown = queries.flatMap((query) => unknownIn(query, exported));
    expect(unknown).toEqual([]);
    // And it would have been found.
    for (const [query, problem] of [
      ['sum(rate(duologue_append_total[5m]))', 'duologue_append_total'],
      ['duologue_appends_total{result="lost"} > 1', 'duologue_appends_total{result="lost"}'],
      ['duologue_appends_total{why=~"stored|full"}', 'duologue_appends_total{why="stored"}'],
      ['sum by (job, why) (duologue_appends_total)', 'by (why)'],
      ['time()', 'nothing'],
    ] as const) {
      expect(unknownIn(query, exported)).toContain(problem);
    }
  });

  it('explain themselves: each panel, and each alert, also in OPERATING.md', () => {
    const silent = panels.filter(
      ({ type, description = '' }) => type !== 'row' && description === '',
    );
    expect(silent).toEqual([]);
    expect(alerts.length).toBeGreaterThan(10);
    const operating = readFileSync(`${root}server/OPERATING.md`, 'utf8');
    for (const { name, severity, told } of alerts) {
      expect({ name, told }).toEqual({ name, told: ['summary', 'meaning', 'action'] });
      expect(['page', 'ticket']).toContain(severity);
    }
    expect(alerts.filter(({ name }) => !operating.includes(`\`${name}\``))).toEqual([]);
  });

  it('are rules that Prometheus takes, and fire when they should', async () => {
    await promtool(['check', 'rules', 'server/metrics/alerts.yml']);
    await promtool(['test', 'rules', 'test/metrics/alerts.test.yml']);
  });
});

// Last, since it takes the store away.
it('shows a Redis that is gone, and one that is back', async () => {
  const seen = async () => {
    const text = await scrape(shared.base);
    return {
      up: sampleSum(text, 'duologue_store_up'),
      sessions: sampleSum(text, 'duologue_sessions'),
      opened: sampleSum(text, 'duologue_redis_opened_total'),
      troubles: (sampleSum(text, 'duologue_redis_troubles_total') ?? 0) > 0,
    };
  };
  expect(await seen()).toEqual({ up: 1, sessions: 1, opened: 1, troubles: false });
  await redis.kill();
  const gone = { up: 0, sessions: undefined, opened: 1, troubles: true };
  await expect.poll(seen).toEqual(gone);
  await redis.start();
  await expect.poll(seen).toEqual({ up: 1, sessions: 0, opened: 2, troubles: true });
});
