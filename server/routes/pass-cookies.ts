/** Between the passes of server/sessions and the cookies of a request and its answer. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { isSecure } from '../plugins/base-url.ts';
import type { CookieChange, CookieJar } from '../sessions/passes.ts';

export function jarOf(config: Config, request: FastifyRequest): CookieJar {
  return { cookies: cookiesIn(request.headers.cookie), secure: isSecure(config, request) };
}

/** Every cookie: the plugin's own parser keeps only the first of a name. */
function cookiesIn(header = ''): Map<string, string[]> {
  const cookies = new Map<string, string[]>();
  for (const pair of header.split(';')) {
    const [name = '', ...rest] = pair.split('=');
    const values = cookies.get(name.trim());
    const value = rest.join('=').trim();
    if (values) values.push(value);
    else cookies.set(name.trim(), [value]);
  }
  return cookies;
}

export function setCookies(
  config: Config,
  request: FastifyRequest,
  reply: FastifyReply,
  changes: readonly CookieChange[],
): void {
  const attributes = {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: isSecure(config, request),
  } as const;
  for (const { name, value } of changes) {
    if (value === null) void reply.clearCookie(name, attributes);
    else void reply.setCookie(name, value, attributes);
  }
}
