/**
 * Putting and reading files over HTTP: what each answers, every way to be refused, and that no
 * answer costs a pass. Long because every refusal has its case.
 */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fileBoxLength } from '../../server/protocol/envelope/padding.ts';
import {
  createSession,
  enterAs,
  errorOf,
  landAs,
  openBrowser,
  startApp,
  type Answer,
  type Browser,
  type TestAppOptions,
} from '../support/app.ts';
import { anyNumber } from '../support/matchers.ts';
import { openRaw } from '../support/raw-http.ts';
import { startRedis } from '../support/redis.ts';

const newCid = () => randomBytes(16).toString('base64url');
const PATIENTLY = { timeout: 10_000 };
const PASS_REQUIRED = { status: 401, code: 'pass_required' };

/** A session that Ann and Bob have entered, each in a browser. */
async function setUp(options: TestAppOptions = {}) {
  const started = await startApp(options);
  return { ...started, ...(await meetIn(started.app)) };
}

async function meetIn(app: FastifyInstance) {
  const { a, b } = await createSession(app);
  const [ann, bob] = [openBrowser(app), openBrowser(app)];
  await enterAs(ann, a);
  await enterAs(bob, b);
  return { a, b, ann, bob, path: (cid = newCid()) => `${a.path}/files/${cid}` };
}

const put = (browser: Browser, path: string, box = randomBytes(1_000)) =>
  browser.send('PUT', path, box);

/** All of an answer that a caller can tell apart. */
function visible({ status, headers, text }: Answer) {
  const { date: _, ...others } = headers;
  return { status, headers: others, text };
}

describe('a file', () => {
  it('[HT8] is stored, and read by both as it is, with headers that let nothing run', async () => {
    const { ann, bob, path } = await setUp();
    const [at, box] = [path(), randomBytes(300_000)];
    expect(await put(ann, at, box)).toMatchObject({ status: 204, text: '' });
    for (const browser of [ann, bob]) {
      const { status, headers, bytes } = await browser.send('GET', at);
      expect(status).toBe(200);
      expect(bytes.equals(box)).toBe(true);
      expect(headers).toMatchObject({
        'content-type': 'application/octet-stream',
        'content-length': '300000',
        'content-disposition': 'attachment',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
      });
    }
  });

  it('[HT8] may be put again as it is, but not changed, nor by the other', async () => {
    const { ann, bob, path } = await setUp();
    const [at, box] = [path(), randomBytes(1_000)];
    for (let times = 0; times < 3; times++) expect((await put(ann, at, box)).status).toBe(204);
    const taken = { status: 409, code: 'id_taken' };
    expect(errorOf(await put(ann, at))).toEqual(taken);
    expect(errorOf(await put(bob, at, box))).toEqual(taken);
    expect((await bob.send('GET', at)).bytes.equals(box)).toBe(true);
  });

  it('[LG7] is gone with its unsent message, for good', async () => {
    const { ann, bob, a, path, store } = await setUp();
    const [cid, box] = [newCid(), randomBytes(1_000)];
    const entry = { slot: 'a', box: box.toString('base64url'), seen: null } as const;
    await store.append(a.sid, { ...entry, cid, sum: 'AAAAAAAAAAA' });
    expect((await put(ann, path(cid), box)).status).toBe(204);
    await store.unsend(a.sid, { ...entry, cid: newCid(), sum: 'BBBBBBBBBBB', of: [cid] });
    expect(errorOf(await bob.send('GET', path(cid)))).toEqual({ status: 404, code: 'not_found' });
    expect(errorOf(await put(ann, path(cid), box))).toEqual({ status: 409, code: 'id_taken' });
  });

  it('[HT8] that is not there costs nobody their pass', async () => {
    const { ann, a, path } = await setUp();
    const answer = await ann.send('GET', path());
    expect(errorOf(answer)).toEqual({ status: 404, code: 'not_found' });
    expect(answer.setCookies).toEqual([]);
    expect((await landAs(ann, a)).json).toMatchObject({ here: 'a' });
  });

  it('[HT8] is nobody else’s: a pass is needed, and without one every session looks alike', async () => {
    const { app, ann, bob, a, path } = await setUp();
    const at = path();
    await put(ann, at);
    const nowhere = at.replace(a.sid, 'AAAAAAAAAAA');
    const stranger = openBrowser(app);
    const elsewhere = await meetIn(app);
    const left = new Map(bob.cookies);
    await bob.send('POST', `${a.path}/leave`);
    for (const [name, value] of left) bob.cookies.set(name, value);
    for (const browser of [stranger, elsewhere.ann, bob]) {
      for (const method of ['GET', 'PUT'] as const) {
        const body = method === 'PUT' ? randomBytes(1_000) : undefined;
        const answer = await browser.send(method, at, body);
        expect(errorOf(answer)).toEqual(PASS_REQUIRED);
        expect(visible(await browser.send(method, nowhere, body))).toEqual(visible(answer));
      }
    }
    await ann.send('DELETE', a.path);
    for (const [name, value] of left) ann.cookies.set(name, value);
    expect(errorOf(await ann.send('GET', at))).toEqual(PASS_REQUIRED);
  });

  it('[HT8] waits until both have entered', async () => {
    const { app } = await startApp();
    const { a } = await createSession(app);
    const ann = openBrowser(app);
    await enterAs(ann, a);
    const at = `${a.path}/files/${newCid()}`;
    expect(errorOf(await put(ann, at))).toEqual({ status: 409, code: 'not_met' });
    expect(errorOf(await ann.send('GET', at))).toEqual({ status: 409, code: 'not_met' });
  });

  it('[HT7] is neither put nor read by another website', async () => {
    const { app, ann, path } = await setUp();
    const at = path();
    await put(ann, at);
    const like = (more: Parameters<typeof openBrowser>[1]) => {
      const browser = openBrowser(app, more);
      for (const [name, value] of ann.cookies) browser.cookies.set(name, value);
      return browser;
    };
    const bad = { status: 403, code: 'bad_origin' };
    for (const origin of ['http://evil.example', 'null', null]) {
      expect(errorOf(await put(like({ origin }), path()))).toEqual(bad);
    }
    expect(errorOf(await like({ origin: 'http://evil.example' }).send('GET', at))).toEqual(bad);
    const read = (site: string) =>
      like({ origin: null, headers: { 'sec-fetch-site': site } }).send('GET', at);
    expect(errorOf(await read('cross-site'))).toEqual(bad);
    expect(errorOf(await read('same-site'))).toEqual(bad);
    expect((await read('same-origin')).status).toBe(200);
    expect((await read('none')).status).toBe(200);
    expect((await like({ origin: null }).send('GET', at)).status).toBe(200);
  });

  it('is told the length of by no HEAD', async () => {
    const { app, path } = await setUp();
    expect((await app.inject({ method: 'HEAD', url: path() })).statusCode).toBe(404);
  });
});

describe('what is taken', () => {
  it('[HT8] is up to the box of the largest file, to the byte', async () => {
    const { ann, path } = await setUp({ env: { MAX_FILE_BYTES: '100000' } });
    const largest = fileBoxLength(100_000);
    expect((await put(ann, path(), randomBytes(largest))).status).toBe(204);
    expect(errorOf(await put(ann, path(), randomBytes(largest + 1)))).toEqual({
      ...{ status: 413, code: 'too_large' },
    });
    expect((await put(ann, path(), randomBytes(41))).status).toBe(204);
    for (const short of [0, 40]) {
      expect(errorOf(await put(ann, path(), randomBytes(short)))).toEqual({
        ...{ status: 400, code: 'bad_request', problem: 'size' },
      });
    }
  });

  it('[HT8] is bounded by number and by sum', async () => {
    const env = { MAX_FILES: '2', MAX_FILES_BYTES: '1500', MAX_FILE_BYTES: '1500' };
    const { ann, bob, path } = await setUp({ env });
    expect((await put(ann, path())).status).toBe(204);
    const full = { status: 413, code: 'files_full' };
    expect(errorOf(await put(bob, path(), randomBytes(501)))).toEqual(full);
    expect((await put(bob, path(), randomBytes(499))).status).toBe(204);
    expect(errorOf(await put(bob, path(), randomBytes(41)))).toEqual(full);
  });

  it.each([
    ['JSON', { 'content-type': 'application/json' }],
    ['text', { 'content-type': 'text/plain' }],
    ['a form', { 'content-type': 'multipart/form-data; boundary=x' }],
  ])('[HT8] is octets, not %s', async (_what, headers) => {
    const { app, ann, path } = await setUp();
    const browser = openBrowser(app, { headers });
    for (const [name, value] of ann.cookies) browser.cookies.set(name, value);
    const answer = await browser.send('PUT', path(), randomBytes(1_000));
    expect(errorOf(answer)).toMatchObject({ status: 400, problem: 'content_type' });
    expect(answer.text).toContain('application/octet-stream');
  });

  it.each(['x', 'A'.repeat(23), `${'A'.repeat(21)}B`, `${'A'.repeat(21)}%2e`])(
    '[EN1] has a right cid, not %s',
    async (cid) => {
      const { ann, path } = await setUp();
      for (const method of ['PUT', 'GET'] as const) {
        const answer = await ann.send(
          method,
          path(cid),
          method === 'PUT' ? randomBytes(99) : undefined,
        );
        expect(errorOf(answer)).toMatchObject({ status: 400, code: 'bad_request' });
      }
    },
  );
});

function connectionsOf(app: FastifyInstance): Promise<number> {
  return new Promise((resolve, reject) => {
    app.server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
}

/** The head of an upload by Ann, and what goes with it. */
function headOf(ann: Browser, path: string, more: readonly string[]): string {
  const cookie = [...ann.cookies].map((pair) => pair.join('=')).join('; ');
  return [
    `PUT ${path} HTTP/1.1`,
    ...['Host: chat.example', 'Origin: http://chat.example', `Cookie: ${cookie}`],
    ...['Content-Type: application/octet-stream', 'Connection: close', ...more],
    ...['', ''],
  ].join('\r\n');
}

describe('as it comes over the wire', () => {
  it('[HT8] a body of no type is refused', async () => {
    const { app, ann, path } = await setUp();
    const head = headOf(ann, path(), ['Content-Length: 100']).replace(/Content-Type.*\r\n/, '');
    const { answer } = await openRaw(app, `${head}${'x'.repeat(100)}`);
    expect(await answer).toMatch(/^HTTP\/1.1 400 [^]*octet-stream[^]*"content_type"/);
  });

  it('[HT8] a body that does not say how long it is counts by what comes', async () => {
    const { app, ann, path } = await setUp({ env: { MAX_FILE_BYTES: '1000' } });
    const chunked = async (at: string, bytes: number) => {
      const chunk = `1\r\nx\r\n`;
      const head = headOf(ann, at, ['Transfer-Encoding: chunked']);
      return (await openRaw(app, `${head}${chunk.repeat(bytes)}0\r\n\r\n`)).answer;
    };
    const largest = fileBoxLength(1_000);
    const at = path();
    expect(await chunked(at, largest)).toMatch(/^HTTP\/1.1 204 /);
    expect((await ann.send('GET', at)).text).toBe('x'.repeat(largest));
    expect(await chunked(path(), largest + 1)).toMatch(/^HTTP\/1.1 413 [^]*"too_large"/);
    expect(await chunked(path(), 40)).toMatch(/^HTTP\/1.1 400 [^]*"size"/);
  });

  it('an upload may take longer than any other body', async () => {
    const { app, ann, path } = await setUp({ requestTimeoutMs: 1_000 });
    const at = path();
    const upload = await openRaw(app, `${headOf(ann, at, ['Content-Length: 100'])}half`);
    const lines = ['POST /api/sessions HTTP/1.1', 'Host: x', 'Content-Type: application/json'];
    const other = await openRaw(app, [...lines, 'Content-Length: 100', '', 'half'].join('\r\n'));
    expect(await other.answer).toMatch(/^HTTP\/1.1 408 /);
    upload.socket.write('x'.repeat(96));
    expect(await upload.answer).toMatch(/^HTTP\/1.1 204 /);
  });

  it('an upload without an end is cut off, and one that was refused sooner', async () => {
    const { app, ann, path } = await setUp({ requestTimeoutMs: 300, uploadTimeoutMs: 300 });
    const upload = await openRaw(app, `${headOf(ann, path(), ['Content-Length: 100'])}half`);
    expect(await upload.answer).toMatch(/^HTTP\/1.1 408 /);
    const { app: patient } = await startApp({ requestTimeoutMs: 300 });
    const head = headOf(openBrowser(patient), path(), ['Content-Length: 100']);
    const refused = await openRaw(patient, `${head}half`);
    expect(await refused.answer).toMatch(/^HTTP\/1.1 401 /);
  });

  it('an upload or a reader that stalls is left', async () => {
    const { app, ann, path } = await setUp({ idleConnectionMs: 1_000 });
    const upload = await openRaw(app, `${headOf(ann, path(), ['Content-Length: 100'])}half`);
    expect(await upload.answer).toBe('');
    const at = path();
    const box = randomBytes(5 * 1024 * 1024);
    expect((await put(ann, at, box)).status).toBe(204);
    const head = headOf(ann, at, []).replace(/^PUT/, 'GET');
    const reader = await openRaw(app, head);
    reader.socket.pause();
    await expect.poll(() => connectionsOf(app), PATIENTLY).toBe(0);
    reader.socket.resume();
    const answer = await reader.answer;
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
    expect(answer.length).toBeLessThan(box.length);
  });

  it('an upload that breaks off leaves nothing, and only what came counts', async () => {
    const redis = await openRedis();
    const { app, ann, path, log } = await setUp({ env: { RATE_UPLOAD: '2000/10m' }, redis });
    const at = path();
    const upload = await openRaw(app, `${headOf(ann, at, ['Content-Length: 1900'])}half`);
    const counted = async () => Promise.all((await redis.keys('*')).map((key) => redis.get(key)));
    await expect.poll(counted, PATIENTLY).toEqual(['1900']);
    upload.socket.destroy();
    await expect.poll(counted, PATIENTLY).toEqual(['4']);
    expect((await ann.send('GET', at)).status).toBe(404);
    expect(log.filter((line) => /"level":(50|60)\b/.test(line))).toEqual([]);
  });
});

/** Of this test alone. */
async function openRedis(): Promise<Redis> {
  const server = await startRedis();
  const redis = new Redis(server.url);
  onTestFinished(async () => {
    redis.disconnect();
    await server.stop();
  });
  return redis;
}

describe('RATE_UPLOAD', () => {
  const env = { RATE_UPLOAD: '5000/10m' };

  async function expectBudget(ann: Browser, path: () => string) {
    for (const bytes of [1_000, 3_000]) {
      expect((await put(ann, path(), randomBytes(bytes))).status).toBe(204);
    }
    const refused = await put(ann, path(), randomBytes(1_001));
    expect(errorOf(refused)).toEqual({
      ...{ status: 429, code: 'rate_limited', retryInMs: anyNumber },
    });
    const { retryInMs } = errorOf(refused);
    expect(retryInMs).toBeGreaterThan(500_000);
    expect(retryInMs).toBeLessThanOrEqual(600_000);
    expect(refused.headers['retry-after']).toBe(String(Math.ceil(Number(retryInMs) / 1_000)));
    expect((await put(ann, path(), randomBytes(1_000))).status).toBe(204);
    expect((await put(ann, path(), randomBytes(41))).status).toBe(429);
  }

  it('counts bytes per address, to the byte, and what it refuses not', async () => {
    const { ann, path, clock, app } = await setUp({ env });
    await expectBudget(ann, path);
    const elsewhere = openBrowser(app, { address: '192.0.2.1' });
    for (const [name, value] of ann.cookies) elsewhere.cookies.set(name, value);
    expect((await put(elsewhere, path(), randomBytes(5_000))).status).toBe(204);
    clock.now += 600_000;
    expect((await put(ann, path(), randomBytes(5_000))).status).toBe(204);
  });

  it('counts over all sessions, and what costs no upload not', async () => {
    const { app, ann, path } = await setUp({ env });
    const other = await meetIn(app);
    expect((await put(ann, path(), randomBytes(4_000))).status).toBe(204);
    expect((await put(openBrowser(app), path(), randomBytes(900))).status).toBe(401);
    expect((await put(ann, path(), randomBytes(9))).status).toBe(400);
    expect((await put(other.ann, other.path(), randomBytes(1_001))).status).toBe(429);
    expect((await put(other.ann, other.path(), randomBytes(1_000))).status).toBe(204);
  });

  it('counts over all nodes, in Redis', async () => {
    const redis = await openRedis();
    const one = await setUp({ env, redis });
    const two = await startApp({ env, redis, store: one.store });
    const ann = openBrowser(two.app);
    await enterAs(ann, one.a);
    expect((await put(one.ann, one.path(), randomBytes(5_000))).status).toBe(204);
    expect((await put(ann, one.path(), randomBytes(41))).status).toBe(429);
    const [key = '', ...others] = await redis.keys('*');
    expect(others).toEqual([]);
    expect(key).toMatch(/^duologue:rate:upload-[\w-]{22}$/);
    expect(await redis.pttl(key)).toBeGreaterThan(500_000);
    await redis.del(key);
    await expectBudget(ann, one.path);
    // One that is larger than all there may be is refused without a window too.
    await redis.del(key);
    expect(errorOf(await put(ann, one.path(), randomBytes(5_001)))).toMatchObject({
      ...{ code: 'rate_limited', retryInMs: 600_000 },
    });
    expect(await redis.keys('*')).toEqual([]);
  });
});
