/**
 * Before routing: the path of PUBLIC_URL is taken off, since proxies differ about stripping it;
 * and what mail scanners make of a link, /c%23 with the fragment behind it, becomes /c, also where
 * one scanner has escaped what another escaped before: /c%2523.
 */
import type { IncomingMessage } from 'node:http';
import type { Config } from '../config.ts';

export function createRewriteUrl({ publicUrl }: Config): (request: IncomingMessage) => string {
  const prefix = publicUrl?.path ?? '';
  return ({ url = '/' }) => {
    const path = withoutPrefix(url, prefix);
    // Nothing of it is kept: the page repairs it from the address bar.
    return /^\/c%(25)*23/.test(path) ? '/c' : path;
  };
}

/** /chat/c → /c, but /chatter stays, and so does /chat alone: the page is in the folder /chat/. */
function withoutPrefix(url: string, prefix: string): string {
  return prefix !== '' && url.startsWith(`${prefix}/`) ? url.slice(prefix.length) : url;
}
