/**
 * Which endpoints are accepted: addresses of push services that the operator knows. Anything else
 * would let anybody make the server ask any address.
 */
import { MAX_ENDPOINT_LENGTH } from '../protocol/limits.ts';

/**
 * Whether `text` is an https address at one of `hosts` (PUSH_HOSTS), written as browsers write
 * it: nothing in it can be read in two ways.
 */
export function isEndpoint(text: string, hosts: readonly string[]): boolean {
  if (text.length > MAX_ENDPOINT_LENGTH || !URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.href !== text || url.protocol !== 'https:' || text.includes('#')) return false;
  if (url.username !== '' || url.password !== '') return false;
  return hosts.some((host) => isAt(url.host, host));
}

/** `host` as in URLs: with the port, unless it is 443. */
function isAt(host: string, known: string): boolean {
  if (!known.startsWith('*.')) return host === known;
  const below = known.slice(1);
  return host.endsWith(below) && /^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(host.slice(0, -below.length));
}
