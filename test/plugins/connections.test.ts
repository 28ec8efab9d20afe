/** Connections that ask without taking what they asked for. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import {
  createSession,
  enterAs,
  openBrowser,
  startApp,
  type TestAppOptions,
} from '../support/app.ts';
import { UPGRADE } from '../support/raw-http.ts';
import { webRoot } from '../support/web-root.ts';

/** More than the machine takes on its way. */
const LARGE_BYTES = 32 * 2 ** 20;

async function listening(options: TestAppOptions = {}) {
  const root = await webRoot();
  await writeFile(join(root, 'assets/large-1a.svg'), Buffer.alloc(LARGE_BYTES, 'x'));
  const { app } = await startApp({ webRoot: root, ...options });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo; // as: it listens on TCP
  /** Says this, reads nothing; resolves to the server's end of the connection. */
  async function ask(bytes: string): Promise<{ client: Socket; served: Socket }> {
    const accepted = once(app.server, 'connection');
    const client = connect(port, '127.0.0.1').pause();
    client.on('error', () => {});
    client.write(bytes);
    onTestFinished(() => void client.destroy());
    const [served] = (await accepted) as [Socket]; // as: the event's one argument
    return { client, served };
  }
  return { app, ask };
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: chat.example\r\n\r\n`;
const LARGE = get('/assets/large-1a.svg');

it('an answer that nobody takes is given up', async () => {
  const { ask } = await listening({ idleConnectionMs: 200 });
  const { served } = await ask(LARGE);
  await once(served, 'close');
});

it('four answers may wait; with a fifth the connection is closed, and no other', async () => {
  const { app, ask } = await listening();
  const { served: patient } = await ask(LARGE.repeat(4));
  const { served: greedy } = await ask(LARGE.repeat(5));
  await once(greedy, 'close');
  expect(patient.destroyed).toBe(false);
  const answers = await app.inject({ url: '/healthz', headers: { host: 'chat.example' } });
  expect(answers.statusCode).toBe(200);
});

it('who takes each answer may ask for as many as they like, one after the other', async () => {
  const { ask } = await listening();
  const { client } = await ask(get('/healthz'));
  let received = '';
  const answers = () => received.split('{"ok":true}').length - 1;
  client.setEncoding('utf8').on('data', (text: string) => {
    const before = answers();
    received += text;
    if (answers() === before) return;
    if (answers() < 50) client.write(get('/healthz'));
    else client.end();
  });
  client.resume();
  await once(client, 'close');
  expect(answers()).toBe(50);
});

it('a socket is not closed for being quiet: it has a heartbeat of its own', async () => {
  const { app, ask } = await listening({ idleConnectionMs: 200 });
  const { a } = await createSession(app);
  const browser = openBrowser(app);
  await enterAs(browser, a);
  const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ');
  const headers = { host: 'chat.example', origin: 'http://chat.example', cookie, ...UPGRADE };
  const lines = Object.entries(headers).map((header) => header.join(': '));
  const { client, served } = await ask(
    [`GET /ws/${a.sid} HTTP/1.1`, ...lines, '', ''].join('\r\n'),
  );
  client.resume();
  const [answer] = (await once(client, 'data')) as [Buffer]; // as: no encoding was set
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 101 /);
  expect(served.timeout).toBe(0);
});
