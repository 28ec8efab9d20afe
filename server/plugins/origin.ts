/**
 * Other websites are kept out: what changes something, and every upgrade, must come from our own
 * page. Origins are compared whole, never by their end.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { AppError } from '../protocol/errors.ts';
import { hasPassCookie } from '../sessions/passes.ts';
import { protocolOf } from './base-url.ts';

const CHANGING = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * Whether `request` may change something, by its Origin: a foreign one or `null` is false, a
 * missing one is true only `ifMissing`.
 */
export function isAllowedOrigin(
  config: Config,
  request: FastifyRequest,
  { ifMissing }: { ifMissing: boolean },
): boolean {
  const { origin } = request.headers;
  if (origin === undefined) return ifMissing;
  if (config.allowedOrigins.includes(origin)) return true;
  return config.publicUrl ? origin === config.publicUrl.origin : isSameHost(request, origin);
}

/** Without PUBLIC_URL: the page came from this host, and not by http to attack https. */
function isSameHost(request: FastifyRequest, origin: string): boolean {
  if (!URL.canParse(origin) || new URL(origin).origin !== origin) return false;
  const { protocol } = new URL(origin);
  // The page may have come by https through a proxy that is not trusted to say so.
  if (protocol !== 'https:' && `${protocolOf(request)}:` !== protocol) return false;
  const asked = `${protocol}//${request.host}`;
  return URL.canParse(asked) && new URL(asked).origin === origin;
}

/**
 * Whether `request`, which only reads, comes from our own page or from no page at all. Browsers
 * send no Origin along with what a page reads from its own host.
 */
export function isOwnRead(config: Config, request: FastifyRequest): boolean {
  if (request.headers.origin !== undefined) {
    return isAllowedOrigin(config, request, { ifMissing: false });
  }
  const { 'sec-fetch-site': site = 'none' } = request.headers;
  return site === 'same-origin' || site === 'none';
}

/** A script without a browser sends no Origin; with a pass, it is a browser that hides it. */
export function checkOrigins(app: FastifyInstance, config: Config): void {
  app.addHook('onRequest', async (request) => {
    if (!CHANGING.has(request.method)) return;
    const ifMissing = !hasPassCookie(request.headers.cookie);
    if (!isAllowedOrigin(config, request, { ifMissing })) throw new AppError('bad_origin');
  });
}
