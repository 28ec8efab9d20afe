/**
 * The server of `npm run dev`. A new one starts beside the one that runs and takes its place once it
 * listens, so that what does not start changes nothing. Both are behind one address that stays.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { ROOT, tool } from './run.js';

/** All of ours are modules; to take the rest too, tsx would need half a second more. */
const LOADER = `file://${tool('tsx/dist/esm/index.mjs')}`;

/**
 * @typedef {object} DevServer
 * @property {string} address of whichever runs; who comes while none does waits for one
 * @property {() => void} restart from the sources as they are now
 * @property {() => Promise<void>} stop resolves when all its processes are gone
 */

/** Resolves before the first one listens. `say`: what becomes of them, a line each.
 * @param {(line: string) => void} say
 * @returns {Promise<DevServer>} */
export async function startDevServer(say) {
  /** @type {Running | null} */
  let current = null;
  /** @type {Running | null} */
  let next = null;
  /** @type {Set<Running>} */
  const alive = new Set();
  /** Has done the half of a start that no change of ours concerns. @type {Running | null} */
  let spare = null;
  /** @type {((port: number) => void)[]} */
  const waiting = [];

  function restart() {
    next?.end(); // it has read sources that changed since
    const started = spare ?? add();
    [next, spare] = [started, null];
    started.start();
    void started.listening.then((port) => take(started, port));
  }

  function add() {
    const prepared = prepare();
    alive.add(prepared);
    void prepared.gone.then(() => lose(prepared));
    return prepared;
  }

  /** @param {Running} started @param {number} port */
  function take(started, port) {
    if (started !== next) return;
    current?.end();
    [current, next] = [started, null];
    spare = add(); // not sooner: it would take time from the one that starts
    say('The server runs.');
    for (const pass of waiting.splice(0)) pass(port);
  }

  /** @param {Running} ended */
  function lose(ended) {
    alive.delete(ended);
    if (ended === spare) spare = null;
    if (ended === next) {
      [next, spare] = [null, add()];
      say(
        current === null
          ? 'The server does not start. It is tried again on the next change.'
          : 'The server does not start: the one from before goes on, until the next change.',
      );
    } else if (ended === current) {
      current = null;
      say('The server has ended. It starts again on the next change.');
    }
  }

  const door = createServer((outer) => {
    outer.on('error', () => outer.destroy());
    /** @param {number} port */
    const pass = (port) => {
      if (outer.destroyed) return;
      const inner = connect(port, '127.0.0.1');
      inner.on('error', () => inner.destroy());
      outer.once('close', () => inner.destroy());
      inner.once('close', () => outer.destroy());
      outer.pipe(inner).pipe(outer);
    };
    if (current === null) waiting.push(pass);
    else void current.listening.then(pass);
  });
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  const at = door.address();
  if (at === null || typeof at === 'string') throw new Error('no port');
  restart();
  return {
    address: `http://127.0.0.1:${at.port}`,
    restart,
    async stop() {
      door.close();
      [current, next] = [null, null];
      const all = [...alive];
      for (const { end } of all) end();
      await Promise.all(all.map(({ gone }) => gone));
    },
  };
}

/** @typedef {ReturnType<typeof prepare>} Running */

/** Does nothing of the server until `start`; then on any free port, which it tells. */
function prepare() {
  const child = spawn(process.execPath, ['--import', LOADER, 'scripts/dev-child.js'], {
    cwd: ROOT,
    env: { ...process.env, HOST: '127.0.0.1', PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  // Its log. What it announces besides is an address that nobody should open.
  createInterface({ input: /** @type {import('node:stream').Readable} */ (child.stdout) }).on(
    'line',
    (line) => line.startsWith('{') && console.log(line),
  );
  /** @type {Promise<number>} */
  const listening = new Promise((resolve) => {
    child.once('message', (message) => resolve(Number(message)));
  });
  const gone = once(child, 'exit').then(() => {});
  return { listening, gone, start: () => child.send('start'), end: () => void child.kill() };
}
