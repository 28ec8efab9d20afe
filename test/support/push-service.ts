/**
 * A push service of one's own, over TLS: it notes every request and answers as it is told. The
 * servers under test trust its certificate by `env`, and only that.
 */
import { createECDH } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { selfSigned } from './certificate.ts';

export interface PushRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface PushAnswer {
  status: number;
  headers?: OutgoingHttpHeaders;
}

export interface PushService {
  /** Like https://localhost:41234 */
  origin: string;
  /** Settings of a server that may ask it. */
  env: Record<string, string>;
  publicKey: string;
  /** Every request so far. */
  requests: PushRequest[];
  /** What it answers to a path; 201 unless told otherwise. Several: one after the other, the last for good. */
  answer(path: string, ...answers: PushAnswer[]): void;
  /** From now on told of each request, before it is answered. */
  onRequest: (request: PushRequest) => void;
  close(): Promise<void>;
}

export const SUBJECT = 'mailto:operator@chat.example';

/** A pair of keys as `npx web-push generate-vapid-keys` prints it. */
export function newVapidKeys(): { publicKey: string; privateKey: string } {
  const ecdh = createECDH('prime256v1');
  const publicKey = ecdh.generateKeys('base64url');
  // A small number is printed with its zeros.
  const privateKey = Buffer.concat([Buffer.alloc(32), ecdh.getPrivateKey()]).subarray(-32);
  return { publicKey, privateKey: privateKey.toString('base64url') };
}

/** Settings of a server that offers to tell people through push services. */
export function vapidEnv({ publicKey, privateKey } = newVapidKeys()) {
  return {
    VAPID_PUBLIC_KEY: publicKey,
    VAPID_PRIVATE_KEY: privateKey,
    VAPID_SUBJECT: SUBJECT,
  };
}

export async function startPushService(): Promise<PushService> {
  const certificate = selfSigned(['localhost']);
  const folder = mkdtempSync(join(tmpdir(), 'duologue-push-'));
  const certificateFile = join(folder, 'certificate.pem');
  writeFileSync(certificateFile, certificate.cert);
  const requests: PushRequest[] = [];
  const answers = new Map<string, PushAnswer[]>();
  const server = createServer(certificate, (request, response) => {
    void text(request).then((body) => {
      const { method = '', url: path = '', headers } = request;
      const noted = { method, path, headers, body };
      requests.push(noted);
      service.onRequest(noted);
      const [next = { status: 201 }, ...rest] = answers.get(path) ?? [];
      if (rest.length > 0) answers.set(path, rest);
      response.writeHead(next.status, next.headers).end('noted');
    });
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const keys = newVapidKeys();
  const service: PushService = {
    origin: `https://localhost:${address.port}`,
    env: {
      NODE_EXTRA_CA_CERTS: certificateFile,
      ...vapidEnv(keys),
      PUSH_HOSTS: `localhost:${address.port}`,
    },
    publicKey: keys.publicKey,
    requests,
    answer: (path, ...list) => void answers.set(path, list),
    onRequest() {},
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return service;
}
