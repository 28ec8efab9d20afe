/**
 * Where the browser that made a request thinks it is: from PUBLIC_URL, else from the request,
 * whose forwarded headers Fastify believes only from TRUST_PROXY.
 */
import { networkInterfaces } from 'node:os';
import { isIP } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config, PublicUrl } from '../config.ts';
import { AppError } from '../protocol/errors.ts';

/** What a Host header may look like to be repeated in a link or a header. */
const HOST = /^(?:[A-Za-z0-9_.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;

/** Null if the request's own host is nothing one could link to. */
export function baseUrl(config: Config, request: FastifyRequest): PublicUrl | null {
  if (config.publicUrl) return config.publicUrl;
  const origin = `${protocolOf(request)}://${request.host}`;
  // URL takes off the port that goes without saying, as browsers do.
  return HOST.test(request.host) && URL.canParse(origin)
    ? { origin: new URL(origin).origin, path: '' }
    : null;
}

/** The same; throws `bad_request`. */
export function requireBaseUrl(config: Config, request: FastifyRequest): PublicUrl {
  const base = baseUrl(config, request);
  if (base) return base;
  throw new AppError('bad_request', { details: { field: 'host', problem: 'malformed' } });
}

/** Whether the browser speaks https, to us or to a proxy in front. */
export function isSecure(config: Config, request: FastifyRequest): boolean {
  return config.publicUrl
    ? config.publicUrl.origin.startsWith('https:')
    : protocolOf(request) === 'https';
}

/** What the browser speaks as far as we know. Proxies may say HTTPS, and wss of an upgrade. */
export function protocolOf({ protocol }: FastifyRequest): 'http' | 'https' {
  return /^(https|wss)$/i.test(protocol) ? 'https' : 'http';
}

/**
 * HTTP/1.1 wants one, and no second that a proxy may have understood instead (RFC 9112 section
 * 3.2); a simple probe in HTTP/1.0 has none.
 */
export function requireHost(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ raw }) => {
    // Names and values in turn, every line: `headers` keeps the first of them only.
    const isHost = (text: string, index: number) => index % 2 === 0 && /^host$/i.test(text);
    const hosts = raw.rawHeaders.filter(isHost).length;
    if (hosts === 1 || (hosts === 0 && raw.httpVersion === '1.0')) return;
    throw new AppError('bad_request', {
      message: 'Send one Host header.',
      details: { field: 'host', problem: hosts === 0 ? 'required' : 'repeated' },
    });
  });
}

/**
 * The base that a phone in the same network can reach, when the request came by localhost, which
 * a phone cannot. Not through port forwarding (as of a container), where our addresses are not
 * those of the machine.
 */
export function lanBase(config: Config, request: FastifyRequest): string | undefined {
  if (config.publicUrl || !isLoopback(request.ip) || !isLocalName(request.hostname)) {
    return undefined;
  }
  const address = lanAddress(config.host);
  const port = new URL(`http://${request.host}`).port;
  return address && `${protocolOf(request)}://${address}${port && `:${port}`}`;
}

/** This machine's first IPv4 address that others can reach, given what the server listens on. */
export function lanAddress(listenHost: string): string | undefined {
  if (isIP(listenHost) === 0 ? listenHost === 'localhost' : isLoopback(listenHost)) {
    return undefined;
  }
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
}

function isLocalName(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, '');
  return name === 'localhost' || name.endsWith('.localhost') || isLoopback(name);
}

function isLoopback(address: string): boolean {
  return /^(::ffff:)?127\./.test(address) || address === '::1';
}
