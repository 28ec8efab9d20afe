/**
 * A reverse proxy as people put before the server: ends TLS if it is told to, passes requests and
 * upgrades on, and says in X-Forwarded headers what it has seen, after what it was told itself.
 */
import { once } from 'node:events';
import { createServer, request as ask } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Certificate } from './certificate.ts';

export interface HttpProxy {
  port: number;
  close(): Promise<void>;
}

export interface HttpProxyOptions {
  target: number;
  /** https with this; unset: plain http. */
  certificate?: Certificate;
  /** Taken off the path of what is passed on. */
  strip?: string;
  /** The address of 127.0.0.0/8 from which the proxy asks. */
  from?: string;
  /** Says X-Forwarded-Proto and -Host; X-Forwarded-For it always adds to. */
  tells?: boolean;
}

export async function startHttpProxy(options: HttpProxyOptions): Promise<HttpProxy> {
  const { certificate } = options;
  const server: Server = certificate ? createTlsServer(certificate) : createServer();
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
  });
  server.on('request', (request, response) => {
    const forwarded = ask(requestTo(options, request), (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(response);
    });
    forwarded.on('error', () => response.destroy());
    request.pipe(forwarded);
  });
  server.on('upgrade', (request: IncomingMessage, client: Socket, head: Buffer) => {
    client.on('error', () => {});
    const forwarded = ask(requestTo(options, request));
    forwarded.on('error', () => client.destroy());
    forwarded.on('response', (answer) => {
      client.write(headOf(answer));
      answer.pipe(client);
    });
    forwarded.on('upgrade', (answer, upstream: Socket, early: Buffer) => {
      upstream.on('error', () => client.destroy());
      client.write(headOf(answer));
      client.write(early);
      upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    forwarded.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port, // as: it listens on TCP
    async close() {
      const isClosed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await isClosed;
    },
  };
}

function requestTo(options: HttpProxyOptions, request: IncomingMessage) {
  const { target, strip = '', from, certificate, tells = true } = options;
  const { url = '/', method, headers, socket } = request;
  const passed: OutgoingHttpHeaders = { ...headers };
  const before = headers['x-forwarded-for'];
  passed['x-forwarded-for'] = [before ?? [], socket.remoteAddress].flat().join(', ');
  if (tells) {
    passed['x-forwarded-proto'] = certificate ? 'https' : 'http';
    passed['x-forwarded-host'] = headers.host;
  }
  const path = strip !== '' && url.startsWith(`${strip}/`) ? url.slice(strip.length) : url;
  return {
    ...{ host: '127.0.0.1', port: target, method, path, headers: passed },
    ...(from === undefined ? {} : { localAddress: from }),
  };
}

function headOf({ statusCode, statusMessage, rawHeaders }: IncomingMessage): string {
  const lines = Array.from(
    { length: rawHeaders.length / 2 },
    (_, index) => `${rawHeaders[index * 2]}: ${rawHeaders[index * 2 + 1]}`,
  );
  return [`HTTP/1.1 ${statusCode} ${statusMessage}`, ...lines, '', ''].join('\r\n');
}
