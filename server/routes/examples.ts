/**
 * What the documentation shows of requests and answers. Each is as its schema wants it, and
 * stands for nothing: made of bytes that count up, so that nobody takes them for somebody's keys.
 */
import { toBase64Url } from '../protocol/encoding.ts';
import {
  BOX_OVERHEAD_BYTES,
  CID_BYTES,
  KEY_BOX_BYTES,
  KEY_BYTES,
  LINK_SECRET_BYTES,
  MESSAGE_PAD_BYTES,
  NAME_BOX_BYTES,
  SID_BYTES,
} from '../protocol/limits.ts';

/** So many bytes that count up. */
function bytes(length: number, from: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => from + index);
}

/** In base64url. */
const counting = (length: number, from: number): string => toBase64Url(bytes(length, from));

export const SID = counting(SID_BYTES, 1);
export const CID = counting(CID_BYTES, 16);
export const OTHER_CID = counting(CID_BYTES, 32);
export const SUM = 'V1StGXR8_Z5';
export const BOX = counting(MESSAGE_PAD_BYTES + BOX_OVERHEAD_BYTES, 48);
export const HASH = counting(KEY_BYTES, 64);
const KEY = counting(KEY_BOX_BYTES, 80);
const NAME = counting(NAME_BOX_BYTES, 96);
const PROOF = counting(KEY_BYTES, 112);
const CODE = '7K3M-Q9TX';
const A_DAY_MS = 86_400_000;
const LINK_BASE = 'https://chat.example.org';
/** Two links have the session in common, and nothing else. */
function linkOf(secret: number): string {
  const fragment = [...bytes(SID_BYTES, 1), ...bytes(LINK_SECRET_BYTES, secret)];
  return `${LINK_BASE}/c#${toBase64Url(Uint8Array.from(fragment))}`;
}

export const NAMES_BODY = { names: ['Abhi', 'Anny'], idle: '10m' };
export const SEALED_BODY = {
  id: SID,
  sealed: [
    { proofHash: counting(KEY_BYTES, 128), key: KEY, name: NAME },
    { proofHash: counting(KEY_BYTES, 129), key: KEY, name: NAME },
  ],
};
const QR = 'data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4=';
export const CREATED = {
  id: SID,
  linkBase: LINK_BASE,
  expiresInMs: A_DAY_MS,
  participants: [
    { slot: 'a', name: 'Abhi', link: linkOf(144), code: CODE, qr: QR },
    { slot: 'b', name: 'Anny', link: linkOf(160), code: '0V4C-8RWD', qr: QR },
  ],
};

export const LANDING_BODY = { proof: PROOF };
export const LANDING = {
  slot: 'a',
  key: KEY,
  names: [NAME, NAME],
  here: null,
  met: false,
  triesLeft: 5,
  retryInMs: 0,
  expiresInMs: A_DAY_MS,
};

export const ENTER_BODY = { proof: PROOF, code: CODE };
export const ENTERED = { slot: 'a' };

export const RENEW_BODY = {
  slot: 'b',
  proofHash: HASH,
  key: KEY,
  cid: CID,
  box: BOX,
  after: { seq: 7, sum: SUM },
};
export const RENEWED = { code: CODE };

export const PUSH_KEY = {
  publicKey: toBase64Url(Uint8Array.from({ length: 65 }, (_, i) => 4 + i)),
};
export const ENDPOINT_BODY = {
  slot: 'a',
  endpoint: 'https://updates.push.services.mozilla.com/wpush/v2/gAAAAABm',
};

export const END_BODY = { box: BOX };
