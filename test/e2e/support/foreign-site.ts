/** Somebody else's website: pages of any content, by path, and what was asked of it. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ForeignSite {
  port: number;
  /** Path → HTML; set by the test. */
  pages: Map<string, string>;
  /** Path → Set-Cookie lines. */
  cookies: Map<string, string[]>;
  asked: { path: string; headers: IncomingHttpHeaders }[];
  stop(): Promise<void>;
}

export async function startForeignSite(): Promise<ForeignSite> {
  const site = {
    pages: new Map<string, string>(),
    cookies: new Map<string, string[]>(),
    asked: [] as ForeignSite['asked'], // as: empty so far
  };
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    site.asked.push({ path, headers: request.headers });
    const html = site.pages.get(path);
    response.writeHead(html === undefined ? 404 : 200, {
      'content-type': 'text/html; charset=utf-8',
      'set-cookie': site.cookies.get(path) ?? [],
    });
    response.end(`<!doctype html><title>foreign</title>${html ?? ''}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    ...site,
    port: (server.address() as AddressInfo).port, // as: it listens on TCP
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
