/**
 * The headers that go with every answer, errors included. What they allow is what the page
 * needs and nothing else.
 */
import type { FastifyInstance } from 'fastify';
import type { Config, PublicUrl } from '../config.ts';
import { baseUrl, isSecure } from './base-url.ts';

/**
 * All that browsers know, without what is used (autoplay, clipboard-write, fullscreen,
 * media-playback-while-not-visible, microphone, web-share), client hints (ch-…), and the local
 * network, which the page itself may come from.
 */
const UNUSED_FEATURES = [
  'accelerometer',
  'aria-notify',
  'bluetooth',
  'browsing-topics',
  'camera',
  'captured-surface-control',
  'clipboard-read',
  'compute-pressure',
  'cross-origin-isolated',
  'deferred-fetch',
  'deferred-fetch-minimal',
  'digital-credentials-create',
  'digital-credentials-get',
  'display-capture',
  'encrypted-media',
  'gamepad',
  'geolocation',
  'gyroscope',
  'hid',
  'identity-credentials-get',
  'idle-detection',
  'interest-cohort',
  'keyboard-map',
  'language-detector',
  'language-model',
  'local-fonts',
  'magnetometer',
  'midi',
  'on-device-speech-recognition',
  'otp-credentials',
  'payment',
  'picture-in-picture',
  'private-state-token-issuance',
  'private-state-token-redemption',
  'publickey-credentials-create',
  'publickey-credentials-get',
  'screen-wake-lock',
  'serial',
  'speaker-selection',
  'storage-access',
  'summarizer',
  'sync-xhr',
  'translator',
  'unload',
  'usb',
  'window-management',
  'xr-spatial-tracking',
];

/** Of voice messages: for the page alone, and there not before somebody has allowed it. */
const MICROPHONE = 'microphone=(self)';

const FIXED_HEADERS = {
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': [...UNUSED_FEATURES.map((feature) => `${feature}=()`), MICROPHONE].join(
    ', ',
  ),
  'x-robots-tag': 'noindex, nofollow, noarchive',
  // Whoever sends what may be kept says so.
  'cache-control': 'no-store',
};

/** Before anything can refuse a request, so that refusals have them too. */
export function addSecurityHeaders(app: FastifyInstance, config: Config): void {
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers(headersAt(baseUrl(config, request), isSecure(config, request)));
  });
}

/** For an answer to what could not be read as a request. */
export function headersWithoutRequest({ publicUrl }: Config): Record<string, string> {
  return headersAt(publicUrl, publicUrl?.origin.startsWith('https:') === true);
}

/** `base`: where the browser is, null if that is not known. */
function headersAt(base: PublicUrl | null, secure: boolean): Record<string, string> {
  return {
    ...FIXED_HEADERS,
    'content-security-policy': contentSecurityPolicy(base?.origin.replace(/^http/, 'ws')),
    ...(secure ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
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
