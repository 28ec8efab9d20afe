/**
 * A ready app on a real store in memory, with a clock that is turned by hand and log lines that
 * can be read; and browsers that keep cookies and send an Origin, as real ones do. All of it
 * closes with the test.
 */
import bcrypt from 'bcryptjs';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { onTestFinished } from 'vitest';
import { buildApp, type AppOptions } from '../../server/app.ts';
import { parseConfig } from '../../server/config.ts';
import { toBase64Url } from '../../server/protocol/encoding.ts';
import { deriveLinkKeys } from '../../server/protocol/envelope/keys.ts';
import { parseLinkFragment } from '../../server/protocol/link.ts';
import type { NamedParticipant } from '../../server/sessions/create.ts';
import type { Hasher } from '../../server/sessions/hasher.ts';
import { createMemoryStore } from '../../server/store/memory-store.ts';
import type { Store } from '../../server/store/store.ts';

export const SECRET = 'a secret of the tests that is long enough';

export interface TestApp {
  app: FastifyInstance;
  store: Store;
  /** Every line logged so far, at every level. */
  log: string[];
  clock: { now: number };
}

export type TestAppOptions = { env?: Record<string, string>; clock?: { now: number } } & Partial<
  Pick<
    AppOptions,
    | 'store'
    | 'webRoot'
    | 'hasher'
    | 'redis'
    | 'requestTimeoutMs'
    | 'uploadTimeoutMs'
    | 'idleConnectionMs'
  >
>;

/** Rates are off unless `env` sets them, so that tests do not run into them. */
export async function startApp(options: TestAppOptions = {}): Promise<TestApp> {
  const {
    env,
    clock = { now: 1_700_000_000_000 },
    hasher = createPlainHasher(),
    ...parts
  } = options;
  const config = parseConfig({
    COOKIE_SECRET: SECRET,
    LOG_LEVEL: 'trace',
    RATE_CREATE: 'off',
    RATE_ENTER: 'off',
    RATE_UPLOAD: 'off',
    ...env,
  });
  const now = () => clock.now;
  const store = options.store ?? createMemoryStore(config, { now });
  const log: string[] = [];
  const app = buildApp({
    ...parts,
    config,
    store,
    hasher,
    now,
    logStream: { write: (line) => void log.push(line) },
  });
  onTestFinished(async () => {
    await app.close();
    await store.close();
  });
  await app.ready();
  return { app, store, log, clock };
}

/** The cheapest bcrypt there is, in this thread. */
export function createPlainHasher(): Hasher {
  return {
    length: 0,
    hash: async (code) => bcrypt.hashSync(code, 4),
    withPlace: (work) => work(async (code, codeHash) => bcrypt.compareSync(code, codeHash)),
    close: async () => {},
  };
}

export interface Browser {
  /** name → value */
  cookies: Map<string, string>;
  /** `body`: octets, or what is sent as JSON. */
  send(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<Answer>;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | number | undefined>;
  setCookies: string[];
  text: string;
  bytes: Buffer;
  /** The parsed body, null if it is no JSON. */
  json: unknown;
}

/** The details of a refusal, without the message for developers. */
export function errorOf({ status, json }: Answer): Record<string, unknown> {
  // as: every refusal has this shape, which errors.test.ts holds; an undefined one fails below.
  const { error } = json as { error: Record<string, unknown> };
  const { message, ...details } = error;
  if (typeof message !== 'string' || message === '') throw new Error('no message');
  return { status, ...details };
}

/** `address`: where its requests come from; `origin`: null sends none. */
export function openBrowser(
  app: FastifyInstance,
  {
    host = 'chat.example',
    origin = `http://${host}`,
    address = '203.0.113.7',
    headers = {},
  }: {
    host?: string;
    origin?: string | null;
    address?: string;
    headers?: Record<string, string>;
  } = {},
): Browser {
  const cookies = new Map<string, string>();
  return {
    cookies,
    async send(method, path, body) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const answer = await request(app, {
        method,
        url: path,
        remoteAddress: address,
        headers: {
          host,
          ...(origin === null ? {} : { origin }),
          ...(cookie === '' ? {} : { cookie }),
          ...(body === undefined ? {} : { 'content-type': typeOf(body) }),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: payloadOf(body) }),
      });
      for (const line of answer.setCookies) keepCookie(cookies, line);
      return answer;
    },
  };
}

export async function request(app: FastifyInstance, options: InjectOptions): Promise<Answer> {
  const { statusCode, headers, body, rawPayload } = await app.inject(options);
  return {
    status: statusCode,
    headers,
    setCookies: [headers['set-cookie'] ?? []].flat(),
    text: body,
    bytes: rawPayload,
    json: String(headers['content-type']).includes('json') ? (JSON.parse(body) as unknown) : null,
  };
}

function typeOf(body: unknown): string {
  return body instanceof Buffer ? 'application/octet-stream' : 'application/json';
}

function payloadOf(body: unknown): Buffer | string {
  return body instanceof Buffer ? body : JSON.stringify(body);
}

function keepCookie(cookies: Map<string, string>, line: string): void {
  const [pair = ''] = line.split(';');
  const [name = '', value = ''] = pair.split('=');
  if (/max-age=0/i.test(line)) cookies.delete(name);
  else cookies.set(name, value);
}

/** What a participant was handed: path of the session, proof and code. */
export interface Invitation {
  sid: string;
  path: string;
  proof: string;
  code: string;
  link: string;
}

/** A new session of Ann and Bob, made by the server. */
export async function createSession(
  app: FastifyInstance,
  body: Record<string, unknown> = {},
): Promise<{ a: Invitation; b: Invitation }> {
  const answer = await request(app, {
    method: 'POST',
    url: '/api/sessions',
    headers: { host: 'chat.example' },
    payload: { names: ['Ann', 'Bob'], ...body },
  });
  if (answer.status !== 201) throw new Error(`not created: ${answer.text}`);
  return invitationsOf(answer.json);
}

/** From the answer to a creation by names. */
export function invitationsOf(created: unknown): { a: Invitation; b: Invitation } {
  // as: what the API promises, and sessions-create.test.ts checks.
  const { participants } = created as { participants: [NamedParticipant, NamedParticipant] };
  return { a: invitation(participants[0]), b: invitation(participants[1]) };
}

function invitation({ link, code }: NamedParticipant): Invitation {
  const parts = parseLinkFragment(link.split('#')[1] ?? '');
  if (!parts) throw new Error('not a link');
  const { sid, secret } = parts;
  const proof = toBase64Url(deriveLinkKeys(secret, sid).proof);
  return { sid, path: `/api/sessions/${sid}`, proof, code, link };
}

export function enterAs(browser: Browser, { path, proof, code }: Invitation): Promise<Answer> {
  return browser.send('POST', `${path}/enter`, { proof, code });
}

export function landAs(browser: Browser, { path, proof }: Invitation): Promise<Answer> {
  return browser.send('POST', `${path}/landing`, { proof });
}

/** A code that is not `code`. */
export function wrongCode(code: string): string {
  return (code.startsWith('0') ? '1' : '0') + code.slice(1);
}
