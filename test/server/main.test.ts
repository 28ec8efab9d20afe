/** The process: how it starts, refuses to start, and stops. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { invitationsOf } from '../support/app.ts';
import { connectRaw, metRawSession } from '../support/raw-client.ts';
import { startRedis } from '../support/redis.ts';
import { startCluster } from '../support/redis-cluster.ts';
import { startSentinels } from '../support/redis-sentinels.ts';

/** Everything it printed so far, and its end. */
function startProcess(env: Record<string, string>) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'server/main.ts'], {
    env: { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: '0', BCRYPT_COST: '4', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit').then(([code]: unknown[]) => code);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let output = '';
  let changed = () => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      changed();
    });
  }
  return {
    child,
    exited,
    output: () => output,
    async printed(pattern: RegExp): Promise<RegExpExecArray> {
      for (;;) {
        const found = pattern.exec(output);
        if (found) return found;
        await new Promise<void>((resolve) => (changed = resolve));
      }
    },
  };
}

const LONG = { timeout: 60_000 };

describe('starting', () => {
  it('says where it is and that chats are in memory, serves, and stops on SIGTERM', async () => {
    const server = startProcess({});
    const [, url = ''] = await server.printed(/On this machine: +(http:\S+)/);
    await server.printed(/Chats live in memory only and are gone on restart/);
    expect((await fetch(`${url}readyz`)).status).toBe(200);
    server.child.kill('SIGTERM');
    expect(await server.exited).toBe(0);
  });

  it('lets a crowd wait that comes while it is busy, as after a restart', LONG, async () => {
    const server = startProcess({});
    const [, url = ''] = await server.printed(/On this machine: +(http:\S+)/);
    server.child.kill('SIGSTOP');
    // More than the 511 that Node lets wait; whoever finds no place is not connected at all.
    const crowd = Array.from({ length: 700 }, () =>
      connect(Number(new URL(url).port), '127.0.0.1'),
    );
    onTestFinished(() => crowd.forEach((socket) => socket.destroy()));
    await Promise.all(crowd.map((socket) => once(socket, 'connect')));
    server.child.kill('SIGCONT');
    expect((await fetch(`${url}readyz`)).status).toBe(200);
  });

  it('stops on SIGINT too, and prints no QR code into a pipe', async () => {
    const server = startProcess({ HOST: '0.0.0.0', LOG_LEVEL: 'silent' });
    await server.printed(/REDIS_URL/);
    expect(server.output()).not.toContain('█');
    server.child.kill('SIGINT');
    expect(await server.exited).toBe(0);
  });

  it('names PUBLIC_URL instead of its own address', async () => {
    const server = startProcess({ PUBLIC_URL: 'https://chat.example/two' });
    await server.printed(/^ {2}https:\/\/chat\.example\/two\/$/m);
    expect(server.output()).not.toContain('On this machine');
  });
});

describe('with Redis', () => {
  it(
    'waits for it, and shares sessions, passes and rates with other processes',
    { timeout: 60_000 },
    async () => {
      const redis = await startRedis();
      onTestFinished(() => redis.stop());
      await redis.kill();
      const servers = startTwo({ REDIS_URL: redis.url });
      await redis.start();
      await expectShared(servers);
    },
  );

  it('the same with a cluster', { timeout: 60_000 }, async () => {
    const cluster = await startCluster();
    onTestFinished(() => cluster.stop());
    await expectShared(startTwo({ REDIS_CLUSTER: cluster.addresses }));
  });

  it('the same with sentinels', { timeout: 60_000 }, async () => {
    const sentinels = await startSentinels();
    onTestFinished(() => sentinels.stop());
    const { addresses: REDIS_SENTINELS, name: REDIS_SENTINEL_NAME } = sentinels;
    await expectShared(startTwo({ REDIS_SENTINELS, REDIS_SENTINEL_NAME }));
  });
});

describe('a Redis in trouble', () => {
  it('that hangs is in the log, though people only chat, and when it is back', LONG, async () => {
    const redis = await startRedis(['--requirepass', 'pass-of-redis']);
    onTestFinished(() => redis.stop());
    const url = redis.url.replace('redis://', 'redis://:pass-of-redis@');
    const server = startProcess({ REDIS_URL: url, LOG_LEVEL: 'info' });
    const [, base = ''] = await server.printed(/On this machine: +(http:\S+)\//);
    const { sid, ...people } = await metRawSession(base);
    for (const person of [people.a, people.b]) {
      const { client } = await connectRaw(base, sid, person);
      onTestFinished(async () => void (await client.close()));
    }
    redis.freeze();
    await server.printed(/Redis cannot be used/);
    expect(server.output()).toMatch(/Socket timeout/);
    redis.thaw();
    await server.printed(/Redis can be used again/);
    expect(server.output()).not.toContain('pass-of-redis');
  });

  it(
    'that refuses the password, as a cluster: ends at once and names the setting',
    LONG,
    async () => {
      const cluster = await startCluster();
      onTestFinished(() => cluster.stop());
      await Promise.all(
        cluster.admins.map((admin) => admin.config('SET', 'requirepass', 'pass-of-redis')),
      );
      const wrong = startProcess({ REDIS_CLUSTER: `redis://:wrong@${cluster.addresses}` });
      const none = startProcess({ REDIS_CLUSTER: cluster.addresses });
      // At the end of its patience it would say that the cluster does not answer.
      expect(await Promise.all([wrong.exited, none.exited])).toEqual([1, 1]);
      await wrong.printed(/Redis refuses the user name or password in REDIS_CLUSTER\./);
      await none.printed(/Redis wants a password, and there is none in REDIS_CLUSTER\./);
      for (const { output } of [wrong, none]) expect(output()).not.toContain('does not answer');
    },
  );

  it('whose password changes is in the log once a minute, without the password', LONG, async () => {
    const redis = await startRedis(['--requirepass', 'pass-of-redis']);
    onTestFinished(() => redis.stop());
    const url = redis.url.replace('redis://', 'redis://:pass-of-redis@');
    const admin = new Redis(url);
    onTestFinished(() => admin.disconnect());
    const server = startProcess({ REDIS_URL: url, LOG_LEVEL: 'info' });
    await server.printed(/On this machine/);
    await admin.config('SET', 'requirepass', 'another');
    await admin.call('CLIENT', 'KILL', 'SKIPME', 'yes');
    await server.printed(/WRONGPASS/);
    await admin.config('SET', 'requirepass', 'pass-of-redis');
    await server.printed(/Redis can be used again/);
    expect(server.output()).not.toContain('pass-of-redis');
    const lines = server.output().split('\n');
    expect(lines.filter((line) => line.includes('WRONGPASS'))).toHaveLength(1);
  });
});

function startTwo(redis: Record<string, string>) {
  const env = { ...redis, RATE_CREATE: '1/1m', LOG_LEVEL: 'silent' };
  return [startProcess(env), startProcess(env)];
}

/** Made at one, entered at the other, and both count the same address; then stops them. */
async function expectShared(servers: ReturnType<typeof startTwo>): Promise<void> {
  const urls: string[] = [];
  for (const server of servers) {
    const [, url = ''] = await server.printed(/On this machine: +(http:\S+)/);
    expect(server.output()).not.toContain('memory');
    expect((await fetch(`${url}readyz`)).status).toBe(200);
    urls.push(url);
  }
  const [one, other] = urls as [string, string]; // as: two were started
  const post = (url: string, body: object, cookie = '') =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: new URL(url).origin, cookie },
      body: JSON.stringify(body),
    });

  const created = await post(`${one}api/sessions`, { names: ['Ann', 'Bob'] });
  expect(created.status).toBe(201);
  const { a } = invitationsOf(await created.json());
  const entered = await post(`${other}${a.path.slice(1)}/enter`, { proof: a.proof, code: a.code });
  const [pass = ''] = entered.headers.getSetCookie()[0]?.split(';') ?? [];
  const landing = await post(`${one}${a.path.slice(1)}/landing`, { proof: a.proof }, pass);
  expect(await landing.json()).toMatchObject({ here: 'a' });
  const limited = await post(`${other}api/sessions`, { names: ['Ann', 'Bob'] });
  expect(limited.status).toBe(429);

  for (const { child } of servers) child.kill('SIGTERM');
  for (const { exited } of servers) expect(await exited).toBe(0);
}

describe('refusing to start', () => {
  it('lists every wrong setting', async () => {
    const server = startProcess({ PORT: 'http', IDLE_TTL: 'long' });
    expect(await server.exited).toBe(1);
    expect(server.output()).toMatch(/2 settings are wrong:\n {2}PORT is .*\n {2}IDLE_TTL is .*\n$/);
  });

  it('says that the port is in use', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    onTestFinished(() => void holder.close());
    const address = holder.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const server = startProcess({ PORT: String(address.port) });
    expect(await server.exited).toBe(1);
    expect(server.output()).toContain(`Port ${address.port} is in use.`);
    expect(server.output()).not.toMatch(/\n +at /);
  });

  it('says that the address is not ours', async () => {
    const server = startProcess({ HOST: '192.0.2.77' });
    expect(await server.exited).toBe(1);
    expect(server.output()).toContain('HOST is "192.0.2.77"');
  });
});
