/** Every refusal has one form, whatever was sent, and repeats nothing of it. */
import { describe, expect, it, vi } from 'vitest';
import { ERRORS, AppError, isErrorCode } from '../../server/protocol/errors.ts';
import { parseConfig } from '../../server/config.ts';
import { toAppError } from '../../server/plugins/errors.ts';
import { createMemoryStore } from '../../server/store/memory-store.ts';
import { createSession, errorOf, request, startApp } from '../support/app.ts';
import { webRoot } from '../support/web-root.ts';
import { sendRaw, sendUpgrade } from '../support/raw-http.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const BAD = { status: 400, code: 'bad_request' };

async function post(payload: string | Buffer, headers: Record<string, string> = JSON_TYPE) {
  const { app } = await startApp();
  return request(app, { method: 'POST', url: '/api/sessions', payload, headers });
}

describe('a body that is not taken', () => {
  it.each([
    ['malformed JSON', '{"names":["hunter2"'],
    ['no JSON', 'hunter2'],
    ['an empty one', ''],
    ['a number', '7'],
    ['null', 'null'],
    ['a prototype', '{"names":["Ann","Bob"],"__proto__":{"hunter2":1}}'],
    ['a constructor', '{"names":["Ann","Bob"],"constructor":{"prototype":{"hunter2":1}}}'],
    ['an escaped prototype', '{"names":["Ann","Bob"],"__pro\\u0074o__":{"hunter2":1}}'],
    ['great depth', `{"names":${'['.repeat(15_000)}${']'.repeat(15_000)}}`],
    ['a field with a secret for a name', '{"names":["Ann","Bob"],"hunter2-hunter2":1}'],
  ])('%s', async (_what, payload) => {
    const answer = await post(payload);
    expect(errorOf(answer)).toMatchObject(BAD);
    expect(answer.text).not.toContain('hunter2');
    expect(answer.text).not.toMatch(/\bat |\.ts|\.js|node_modules/);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/json-but-not',
    'x',
  ])('the type %s', async (type) => {
    const answer = await post('{"names":["Ann","Bob"]}', { 'content-type': type });
    expect(errorOf(answer)).toEqual({ ...BAD, problem: 'content_type' });
    expect(answer.text).toContain('Send JSON, with the header content-type: application/json.');
  });

  it.each([
    ['no JSON', '{"names":["Ann","Bob"'],
    ['bytes that are no UTF-8', Buffer.from('{"names":["Ann","B\xf6b"]}', 'latin1')],
    ['half a character', Buffer.from('{"names":["Ann","Böb"]}').subarray(0, -4)],
  ])('%s is told as such', async (_what, payload) => {
    const answer = await post(payload);
    expect(errorOf(answer)).toEqual({ ...BAD, problem: 'json' });
    expect(answer.text).toContain('not JSON');
  });

  it('the type with a charset is fine', async () => {
    const answer = await post('{"names":["Ann","Bob"]}', {
      'content-type': 'application/json; charset=utf-8',
    });
    expect(answer.status).toBe(201);
  });

  it('more than 32 KiB', async () => {
    const sized = (bytes: number) => `{"names":["${'x'.repeat(bytes - 20)}","Bob"]}`;
    expect(sized(32_768)).toHaveLength(32_768);
    expect(errorOf(await post(sized(32_768)))).toMatchObject({ field: 'names.0' });
    expect(errorOf(await post(sized(32_769)))).toEqual({ status: 413, code: 'too_large' });
  });
});

it('a path that cannot be decoded is told as such', async () => {
  const { app } = await startApp({ webRoot: await webRoot() });
  for (const url of ['/%', '/%zz?x', '/api/sessions/%ff/landing', '/c/%']) {
    for (const method of ['GET', 'POST'] as const) {
      const answer = await request(app, { method, url });
      expect(errorOf(answer)).toEqual({ ...BAD, problem: 'path' });
    }
  }
});

describe('the table', () => {
  it.each(Object.entries(ERRORS))('gives %s its status', async (code, { status }) => {
    if (!isErrorCode(code)) throw new Error('not a code');
    const store = createMemoryStore(parseConfig({}));
    const { app } = await startApp({
      store: {
        ...store,
        ping: async () => {
          const cause = new Error('hunter2');
          const message = status < 500 ? 'words for a developer' : 'hunter2';
          throw new AppError(code, { details: { retryInMs: 1_500 }, message, cause });
        },
      },
    });
    const answer = await request(app, { url: '/readyz' });
    expect(errorOf(answer)).toEqual({ status, code, retryInMs: 1_500 });
    expect(answer.headers['retry-after']).toBe('2');
    expect(answer.text).not.toContain('hunter2');
  });

  it('makes whatever else is thrown an internal error, logged but not told', async () => {
    const store = createMemoryStore(parseConfig({}));
    const { app, log } = await startApp({
      store: {
        ...store,
        ping: async () => {
          throw Object.assign(new Error('the inside'), { rawPacket: 'hunter2', code: 'EWHAT' });
        },
      },
    });
    const answer = await request(app, { url: '/readyz' });
    expect(answer.text).toBe(
      '{"error":{"code":"internal","message":"Something went wrong here."}}',
    );
    const logged = log.find((line) => line.includes('the inside'));
    expect(logged).toContain('"code":"EWHAT"');
    expect(logged).not.toContain('hunter2');
  });

  it.each([
    [413, 'too_large'],
    [415, 'bad_request'],
    [400, 'bad_request'],
    [404, 'not_found'],
    [500, 'internal'],
    [undefined, 'internal'],
  ])('takes a foreign error of status %s for %s', (statusCode, code) => {
    const error = Object.assign(new Error('x'), { name: 'FastifyError', code: 'X', statusCode });
    // as: exactOptionalPropertyTypes, while real errors may well hold undefined.
    expect(toAppError(error as Parameters<typeof toAppError>[0]).code).toBe(code);
  });
});

/** Our headers, and our JSON. */
function expectOurs(answer: string, code: string): void {
  expect(answer).toMatch(/content-security-policy: default-src 'none'/i);
  const body: unknown = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')));
  expect(body).toMatchObject({ error: { code } });
}

describe('over a real socket', () => {
  it.each([
    ['no HTTP', 'hunter2\r\n\r\n', 400, 'bad_request'],
    ['no Host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'bad_request'],
    ['a header that is none', 'GET / HTTP/1.1\r\nHost: x\r\nhunter2\r\n\r\n', 400, 'bad_request'],
    [
      'endless headers',
      `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'too_large',
    ],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx',
      400,
      'bad_request',
    ],
    [
      'an unknown method',
      'HUNTER2 / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      400,
      'bad_request',
    ],
  ])('%s', async (_what, bytes, status, code) => {
    const { app } = await startApp();
    const answer = await sendRaw(app, bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer.toLowerCase()).not.toContain('hunter2');
    expectOurs(answer, code);
  });

  it.each([
    ['an expectation nobody knows', 'GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: hunter2\r\n'],
    ['no Host in HTTP/1.0', 'GET /healthz HTTP/1.0\r\n'],
  ])('%s is fine', async (_what, lines) => {
    const { app } = await startApp();
    const answer = await sendRaw(app, `${lines}Connection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
    expect(answer).toContain('{"ok":true}');
  });

  it.each([
    ['a body', 'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"names":'],
    ['headers', 'X-Half: '],
  ])('%s without an end is cut off', async (_what, bytes) => {
    const { app } = await startApp({ requestTimeoutMs: 300 });
    const answer = await sendRaw(app, `POST /api/sessions HTTP/1.1\r\nHost: x\r\n${bytes}`);
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expectOurs(answer, 'bad_request');
  });

  it('who has gone before the answer is no fault of ours', async () => {
    const { app, log } = await startApp({ webRoot: await webRoot() });
    // Node hangs up on CONNECT at once, also while a request in front of it waits for its file.
    const connect = 'CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n';
    expect(await sendRaw(app, `GET / HTTP/1.1\r\nHost: x\r\n\r\n${connect}`)).toBe('');
    await vi.waitFor(() => expect(log.join()).toContain('nobody is there for the answer'));
    expect(log.join()).not.toContain('request failed');
  });

  it('what cannot be read has the headers of https where it is known', async () => {
    const { app } = await startApp({ env: { PUBLIC_URL: 'https://chat.example/two' } });
    const answer = await sendRaw(app, 'hunter2\r\n\r\n');
    expect(answer).toContain('strict-transport-security: max-age=31536000');
    expect(answer).toContain("connect-src 'self' wss://chat.example;");
  });

  it.each(['/ws/AAAAAAAAAAA', '/healthz', '/nothing'])(
    'an upgrade of %s behind a request that is not answered yet is closed with that answer',
    async (path) => {
      const { app, log } = await startApp();
      const upgrade = `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n`;
      const answer = await sendRaw(app, `GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n${upgrade}`);
      expect(answer).toMatch(/^HTTP\/1.1 200 [^]*\{"ok":true\}$/);
      expect(log.join()).not.toContain('upgrade failed');
    },
  );

  it('an upgrade that is refused is answered and closed', async () => {
    const { app } = await startApp();
    for (const path of ['/healthz', '/nothing', '/%zz', '/ws/AAAAAAAAAAA']) {
      const answer = await sendUpgrade(app, path);
      expect(answer, path).toMatch(/^HTTP\/1.1 4\d\d /);
      expect(answer).toMatch(/content-security-policy/i);
    }
  });
});

it('a session survives all of it', async () => {
  const { app } = await startApp();
  await createSession(app);
  for (const payload of ['{', '{"__proto__":1}', 'x'.repeat(40_000)]) {
    await request(app, { method: 'POST', url: '/api/sessions', payload, headers: JSON_TYPE });
  }
  expect((await request(app, { url: '/readyz' })).status).toBe(200);
});
