/**
 * What every answer says in its headers, to the letter, and how an answer is held against it. A
 * header more or less, or another value, is a failure.
 */
import { expect } from 'vitest';
import type { RawAnswer } from '../support/raw-http.ts';

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "object-src 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types duologue',
].join('; ');

const UNUSED =
  'accelerometer aria-notify bluetooth browsing-topics camera captured-surface-control ' +
  'clipboard-read compute-pressure cross-origin-isolated deferred-fetch deferred-fetch-minimal ' +
  'digital-credentials-create digital-credentials-get display-capture encrypted-media gamepad ' +
  'geolocation gyroscope hid identity-credentials-get idle-detection interest-cohort keyboard-map ' +
  'language-detector language-model local-fonts magnetometer ' +
  'midi on-device-speech-recognition otp-credentials payment picture-in-picture ' +
  'private-state-token-issuance private-state-token-redemption publickey-credentials-create ' +
  'publickey-credentials-get screen-wake-lock serial speaker-selection storage-access summarizer ' +
  'sync-xhr translator unload usb window-management xr-spatial-tracking';

export type Headers = Readonly<Record<string, string>>;

/** What every answer says; `socket` is where the page may open a WebSocket besides its own origin. */
export function always(socket: string): Headers {
  return {
    'content-security-policy': POLICY.replace("connect-src 'self'", `connect-src 'self'${socket}`),
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': [
      ...UNUSED.split(' ').map((feature) => `${feature}=()`),
      'microphone=(self)',
    ].join(', '),
    'x-robots-tag': 'noindex, nofollow, noarchive',
    'cache-control': 'no-store',
    connection: 'close',
  };
}

/** Of http://chat.example and https://chat.example. */
export const HTTP = always(' ws://chat.example');
export const HTTPS = {
  ...always(' wss://chat.example'),
  'strict-transport-security': 'max-age=31536000',
};
/** Compares all but the time and the length; the length must be that of the body. */
export function expectExactly(answer: RawAnswer, expected: Headers, isHead = false): void {
  const { date: _date, 'content-length': length, ...headers } = answer.headers;
  const seen = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      const pattern = /^<(.*)>$/.exec(expected[name] ?? '')?.[1];
      const fits = pattern !== undefined && new RegExp(`^${pattern}$`).test(value);
      return [name, fits ? `<${pattern}>` : value];
    }),
  );
  expect(seen).toEqual(expected);
  // What is compressed is no text to measure.
  if (length === undefined || isHead || 'content-encoding' in headers) return;
  expect(Buffer.byteLength(answer.body)).toBe(Number(length));
}

/** Of the page at /: what its first screen needs. */
export const START = { link: '<<\\./assets/Start-[\\w-]+\\.js>; rel="modulepreload">' };
/** Of a file: what is in <> is a pattern. */
export const FILE = {
  'accept-ranges': 'bytes',
  'last-modified': '<.+ GMT>',
  etag: '<W/"[0-9a-f]+-[0-9a-f]+">',
  vary: 'accept-encoding',
};
/** Of a file whose name is its hash. */
export const KEPT = { 'cache-control': 'public, max-age=31536000, immutable' };
