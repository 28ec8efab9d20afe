/**
 * Who asks a push service, told to it by a signed token (RFC 8292). Without a payload this is all
 * of Web Push that needs a key.
 */
import { SignJWT, type JWK } from 'jose';
import { fromBase64Url, toBase64Url } from '../protocol/encoding.ts';
import { KEY_BYTES } from '../protocol/limits.ts';

/** A push service refuses what is good for more than 24 hours. */
const GOOD_FOR_S = 12 * 3600;

export interface VapidKeys {
  publicKey: string;
  privateKey: string;
  /** A mailto: or https: address of the operator. */
  subject: string;
}

/** Makes the Authorization header for a request to `endpoint`. */
export type Authorize = (endpoint: string) => Promise<string>;

export function createVapid(
  { publicKey, privateKey, subject }: VapidKeys,
  now: () => number,
): Authorize {
  const key = privateJwk(publicKey, privateKey);
  return async (endpoint) => {
    const token = await new SignJWT()
      .setProtectedHeader({ typ: 'JWT', alg: 'ES256' })
      .setAudience(new URL(endpoint).origin)
      .setSubject(subject)
      .setExpirationTime(Math.floor(now() / 1000) + GOOD_FOR_S)
      .sign(key);
    return `vapid t=${token}, k=${publicKey}`;
  };
}

/** The public key is 0x04 and the coordinates of a point of P-256. */
function privateJwk(publicKey: string, privateKey: string): JWK {
  const point = fromBase64Url(publicKey, 1 + 2 * KEY_BYTES);
  if (!point) throw new Error('not a public key');
  const [x, y] = [point.slice(1, 1 + KEY_BYTES), point.slice(1 + KEY_BYTES)].map(toBase64Url);
  return { kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '', d: privateKey };
}
