/**
 * From a client's address to what budgets and limits are kept under: an HMAC, so that no address
 * is stored anywhere; of the /64 in IPv6, where one household can use all of it. A client whose
 * connection is gone has no address any more: all of those count as one. Beside it, for the budget
 * of tries, the neighbourhood: what one customer of a provider easily has all of.
 */
import { createHmac, hkdfSync } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import type { Caller } from '../store/store.ts';

export interface AddressHashes {
  /** 16 bytes in base64url come out. */
  hashAddress: (address: string | undefined) => string;
  callerAt: (address: string | undefined) => Caller;
}

/** `secret`: the newest cookie secret. */
export function createAddressHashes(secret: string): AddressHashes {
  const key = new Uint8Array(hkdfSync('sha256', secret, '', 'duologue/v1/address', 32));
  const hash = (text: string) =>
    createHmac('sha256', key).update(text).digest().subarray(0, 16).toString('base64url');
  const hashAddress = (address: string | undefined) => hash(networkOf(address));
  return {
    hashAddress,
    callerAt: (address) => ({
      address: hashAddress(address),
      neighbourhood: hash(neighbourhoodOf(address)),
    }),
  };
}

/** The /24 of IPv4, the /48 of IPv6: 192.0.2.1 → 192.0.2.*, 2001:db8::1 → 2001:db8:0:* */
export function neighbourhoodOf(address: string | undefined): string {
  return networkOf(address).replace(/[.:][^.:]*$/, (end) => `${end[0]}*`);
}

/** 192.0.2.1 and ::ffff:192.0.2.1 → 192.0.2.1; 2001:db8::1 → 2001:db8:0:0 */
export function networkOf(address: string | undefined): string {
  const [plain = ''] = (address ?? '').split('%');
  if (isIPv4(plain) || !isIPv6(plain)) return plain;
  const groups = expand(plain);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    const [high = 0, low = 0] = groups.slice(6);
    return [high >> 8, high & 255, low >> 8, low & 255].join('.');
  }
  return groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':');
}

/** The eight groups of a valid IPv6 address. */
function expand(address: string): number[] {
  // URL brings it to its one short form, without a dotted tail.
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail = ''] = short.split('::');
  const parse = (text: string) =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const [first, last] = [parse(head), parse(tail)];
  return [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
}
