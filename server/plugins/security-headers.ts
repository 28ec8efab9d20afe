// The headers that go with every answer, errors included. What they allow is what the page
// needs and nothing else.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { baseUrl, isSecure } from './base-url.ts';

const UNUSED_FEATURES = [
  'accelerometer',
  'browsing-topics',
  'camera',
  'clipboard-read',
  'compute-pressure',
  'display-capture',
  'encrypted-media',
  'gamepad',
  'geolocation',
  'gyroscope',
  'hid',
  'identity-credentials-get',
  'idle-detection',
  'local-fonts',
  'magnetometer',
  'microphone',
  'midi',
  'otp-credentials',
  'payment',
  'publickey-credentials-create',
  'publickey-credentials-get',
  'screen-wake-lock',
  'serial',
  'storage-access',
  'sync-xhr',
  'usb',
  'window-management',
  'xr-spatial-tracking',
];

const FIXED_HEADERS = {
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': UNUSED_FEATURES.map((feature) => `${feature}=()`).join(', '),
  'x-robots-tag': 'noindex, nofollow, noarchive',
  // Whoever sends what may be kept says so.
  'cache-control': 'no-store',
};

/** Before anything can refuse a request, so that refusals have them too. */
export function addSecurityHeaders(app: FastifyInstance, config: Config): void {
  app.addHook('onRequest', async (request, reply) => setSecurityHeaders(config, request, reply));
}

export function setSecurityHeaders(
  config: Config,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const secure = isSecure(config, request);
  const host = baseUrl(config, request)?.origin.replace(/^https?:\/\//, '');
  void reply.headers({
    ...FIXED_HEADERS,
    'content-security-policy': contentSecurityPolicy(host && `${secure ? 'wss' : 'ws'}://${host}`),
    ...(secure ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  });
}

/** For an answer to what could not be read as a request. */
export function headersWithoutRequest(): Record<string, string> {
  return { ...FIXED_HEADERS, 'content-security-policy': contentSecurityPolicy(undefined) };
}

/** `socketOrigin` besides 'self', which older browsers do not take to include WebSockets. */
function contentSecurityPolicy(socketOrigin: string | undefined): string {
  return [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src 'self'`,
    `img-src 'self' blob: data:`,
    `media-src 'self' blob:`,
    `font-src 'self'`,
    ['connect-src', `'self'`, ...(socketOrigin ? [socketOrigin] : [])].join(' '),
    `manifest-src 'self'`,
    `worker-src 'self'`,
    `base-uri 'none'`,
    `object-src 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
    `require-trusted-types-for 'script'`,
    `trusted-types duologue`,
  ].join('; ');
}
