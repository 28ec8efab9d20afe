/** Of many who come at once only so many are asked about at once; what becomes of those who wait. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { AT_ONCE } from '../../server/live/hub.ts';
import { createMemoryStore } from '../../server/store/memory-store.ts';
import type { Subscriber } from '../../server/store/store.ts';
import { listenApp } from '../support/listening-app.ts';
import { metRawSession, RawClient } from '../support/raw-client.ts';
import { UPGRADE } from '../support/raw-http.ts';

const MORE = 8;
const LONG = { timeout: 60_000 };
/** Long enough to see that nothing comes. */
const NOTHING_MS = 200;

/** A server whose store can be made to answer nobody for a while; counts what it was asked. */
async function holdableApp() {
  const asked = { find: 0, connect: 0 };
  const subscribers: Subscriber[] = [];
  let answering = Promise.resolve();
  const app = await listenApp({
    store(config) {
      const store = createMemoryStore(config);
      onTestFinished(() => store.close());
      return {
        ...store,
        async find(...args) {
          asked.find += 1;
          await answering;
          return store.find(...args);
        },
        async connect(...args) {
          asked.connect += 1;
          await answering;
          return store.connect(...args);
        },
        subscribe(sid, subscriber) {
          subscribers.push(subscriber);
          return store.subscribe(sid, subscriber);
        },
      };
    },
    env: { MAX_CONNECTIONS_PER_IP: String(AT_ONCE + MORE) },
  });
  /** Until what is returned is called. */
  function hold(): () => void {
    let release = () => {};
    answering = new Promise((resolve) => (release = resolve));
    asked.find = asked.connect = 0;
    return release;
  }
  return { ...app, asked, subscribers, hold };
}

/** As many as may ask have asked, and no more do. */
async function expectAtOnce(asked: () => number): Promise<void> {
  await expect.poll(asked).toBe(AT_ONCE);
  await sleep(NOTHING_MS);
  expect(asked()).toBe(AT_ONCE);
}

it(
  '[HS1] of a crowd only so many ask at once, to get in, to join, to hear what was missed',
  LONG,
  async () => {
    const { base, asked, subscribers, hold } = await holdableApp();
    const people: { sid: string; cookie: string }[] = [];
    while (people.length < AT_ONCE + MORE) {
      // oxlint-disable-next-line no-await-in-loop -- codes are checked one after the other
      const { sid, a, b } = await metRawSession(base);
      for (const { cookie } of [a, a, a, a, b, b, b, b]) people.push({ sid, cookie });
    }
    people.length = AT_ONCE + MORE;

    let release = hold();
    const clients = people.map(({ sid, cookie }) => new RawClient(base, sid, cookie));
    const opened = Promise.all(clients.map((client) => client.opened()));
    await expectAtOnce(() => asked.find);
    release();
    expect(new Set(await opened)).toEqual(new Set([101]));
    expect(asked.find).toBe(people.length);

    release = hold();
    for (const client of clients) client.send({ type: 'hello', v: 1, after: null });
    await expectAtOnce(() => asked.connect);
    release();
    await Promise.all(clients.map((client) => client.next('welcome')));
    expect(asked.connect).toBe(people.length);

    release = hold();
    for (const subscriber of subscribers) subscriber.interrupted();
    await expectAtOnce(() => asked.connect);
    // Once more: those who wait have yet to ask, those who have asked do so again when they are told.
    for (const subscriber of subscribers) subscriber.interrupted();
    release();
    await expect.poll(() => asked.connect).toBe(people.length + AT_ONCE);
    await sleep(NOTHING_MS);
    expect(asked.connect).toBe(people.length + AT_ONCE);
    await Promise.all(clients.map((client) => client.close()));
  },
);

/** Who has come, and the answer, which may take until the store answers. */
interface Guest {
  client: RawClient;
  answer: Promise<number>;
}

/** The store answers nobody until `release`; all places are taken, and `others` wait to ask. */
async function waiting() {
  const server = await holdableApp();
  const { sid, a } = await metRawSession(server.base);
  const guests: Guest[] = [];
  onTestFinished(() => guests.forEach(({ client }) => client.socket.terminate()));
  function come(): Guest {
    const client = new RawClient(server.base, sid, a.cookie);
    const guest = { client, answer: client.opened() };
    guests.push(guest);
    return guest;
  }
  const release = server.hold();
  for (let i = 0; i < AT_ONCE; i++) come();
  await expect.poll(() => server.asked.find).toBe(AT_ONCE);
  // One more than there are places: the one that is refused shows that all the others wait.
  const late = Array.from({ length: MORE + 1 }, come);
  const refused = await Promise.race(late.map((guest) => guest.answer.then(() => guest)));
  expect(await refused.answer).toBe(429);
  return { ...server, come, release, others: late.filter((guest) => guest !== refused) };
}

it('[HS1] who leaves while they wait gives the place back, and is not asked about', async () => {
  const { asked, connections, come, release, others } = await waiting();
  for (const { client } of others) client.socket.terminate();
  await expect.poll(connections).toBeLessThanOrEqual(AT_ONCE);
  const { answer } = come();
  release();
  expect(await answer).toBe(101);
  expect(asked.find).toBe(AT_ONCE + 1);
});

it('[HS1] who leaves with the request has no place either', async () => {
  const { base, hold } = await holdableApp();
  const { sid, a } = await metRawSession(base);
  const headers = { host: new URL(base).host, ...UPGRADE, origin: base, cookie: a.cookie };
  const lines = Object.entries(headers).map((header) => header.join(': '));
  const request = [`GET /ws/${sid} HTTP/1.1`, ...lines, '', ''].join('\r\n');
  const release = hold();
  const port = Number(new URL(base).port);
  const left = Array.from({ length: AT_ONCE + MORE }, () => {
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.end(request));
    return once(socket.on('error', () => {}).resume(), 'close');
  });
  await Promise.all(left);
  const guest = new RawClient(base, sid, a.cookie);
  release();
  expect(await guest.opened()).toBe(101);
  await guest.close();
});

it('[HS1] a node that stops asks about nobody any more', async () => {
  const { base, asked, close, release, others } = await waiting();
  const closing = close();
  const isListening = () =>
    fetch(`${base}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
  await expect.poll(isListening).toBe(false);
  release();
  await closing;
  const answers = await Promise.all(others.map(({ answer }) => answer));
  expect(new Set(answers)).toEqual(new Set([503]));
  expect(asked.find).toBe(AT_ONCE);
});
