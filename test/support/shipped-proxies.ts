/**
 * Real proxies as whoever runs the server would start them: nginx and Caddy with the files of
 * server/deploy, in which only ports, paths and certificates are other ones.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { findProgram } from '../../scripts/programs.js';
import { selfSigned } from './certificate.ts';
import { killWithParent } from './kill-with-parent.ts';
import { freePort } from './redis.ts';
import { shipped } from './shipped-files.ts';

export interface ShippedProxy {
  /** Where people come in: of 443, or of 80 in a file without https. */
  port: number;
  /** Of 80. */
  plainPort: number;
  /** Who has signed its certificate. */
  ca: string;
  /** All it has written to its logs and printed. */
  logged(): string;
  /** Ends and starts again, on the same ports. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Ports of 127.0.0.1, and a folder for all that a proxy reads and writes. */
interface Place {
  dir: string;
  target: number;
  port: number;
  plainPort: number;
}

interface Program {
  command: string;
  args: readonly string[];
  env?: Record<string, string>;
  /** Where it answers; `name`: with https, to who asks for that, or for nobody. */
  ports: readonly { port: number; name?: string | null }[];
  logs: readonly string[];
  ca: () => string;
}

/** `target`: the port of the server. `file`: one of the sites for nginx, or for Caddy. */
export async function startShipped(file: string, target: number): Promise<ShippedProxy> {
  const dir = mkdtempSync(join(tmpdir(), 'duologue-proxy-'));
  const prepare = file.startsWith('nginx') ? prepareNginx : prepareCaddy;
  let printed = '';
  let running: ChildProcess | null = null;

  async function start({ command, args, env = {}, ports }: Program): Promise<void> {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] ?? '', HOME: dir, ...env },
    });
    killWithParent(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text: Buffer) => (printed += text.toString()));
    }
    running = child;
    for (const { port, name } of ports) await answers(port, name, child, () => printed);
  }

  async function stop(): Promise<void> {
    if (running === null || hasEnded(running)) return;
    // When all it has printed was read, too.
    const isGone = once(running, 'close');
    running.kill('SIGTERM');
    await isGone;
  }

  /** Between finding a free port and listening on it somebody else may take it. */
  async function startSomewhere(): Promise<[Place, Program]> {
    for (let attempt = 1; ; attempt++) {
      const place = { dir, target, port: await freePort(), plainPort: await freePort() };
      const program = prepare(file, place);
      try {
        await start(program);
        return [place, program];
      } catch (error) {
        await stop();
        const isTaken = error instanceof Error && /address already in use/i.test(error.message);
        if (!isTaken || attempt === 5) throw error;
      }
    }
  }

  const [{ port, plainPort }, program] = await startSomewhere();
  const { ports, logs, ca } = program;
  return {
    port: ports.some((one) => one.port === port) ? port : plainPort,
    plainPort,
    ca: ca(),
    logged: () =>
      [printed, ...logs.filter(existsSync).map((log) => readFileSync(log, 'utf8'))].join('\n'),
    async restart() {
      await stop();
      await start(program);
    },
    async stop() {
      await stop();
      rmSync(dir, { recursive: true });
    },
  };
}

const certificate = selfSigned(['chat.example.org', 'example.org']);

/** Into files, for who reads them there. */
function certificateIn(dir: string): { cert: string; key: string } {
  const paths = { cert: join(dir, 'cert.pem'), key: join(dir, 'key.pem') };
  writeFileSync(paths.cert, certificate.cert);
  writeFileSync(paths.key, certificate.key);
  return paths;
}

/** The site as shipped, in an nginx as Debian sets it up: it logs all requests but where it is told
 * otherwise. */
function prepareNginx(file: string, { dir, target, port, plainPort }: Place): Program {
  const { cert, key } = certificateIn(dir);
  const isSecure = shipped(file).includes('listen 443');
  const isPlain = shipped(file).includes('listen 80');
  const plain: Change[] = [['listen 80', `listen 127.0.0.1:${plainPort}`]];
  const secure: Change[] = [
    ['listen 443', `listen 127.0.0.1:${port}`],
    [/\/etc\/letsencrypt\/\S+\/fullchain\.pem/g, cert],
    [/\/etc\/letsencrypt\/\S+\/privkey\.pem/g, key],
  ];
  const site = edit(shipped(file), [
    [/^ *listen \[::\].*\n/gm, ''],
    ...(isPlain ? plain : []),
    ...(isSecure ? secure : []),
    ['/etc/nginx/snippets/duologue.conf', join(dir, 'proxy.conf')],
  ]);
  const proxy = edit(shipped('nginx-proxy.conf'), [
    ['127.0.0.1:3000', `127.0.0.1:${target}`],
    ['/var/log/nginx/', `${dir}/`],
  ]);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const logs = ['error.log', 'access.log', 'duologue.log'].map((log) => join(dir, log));
  const main = `
    daemon off;
    pid ${dir}/nginx.pid;
    ${process.getuid?.() === 0 ? 'user root;' : ''}
    error_log ${dir}/error.log;
    events { worker_connections 768; }
    http {
      access_log ${dir}/access.log;
      gzip on;
      ${temporary.map((name) => `${name}_temp_path ${dir}/${name};`).join(' ')}
      include ${dir}/site.conf;
    }`;
  writeFileSync(join(dir, 'site.conf'), site);
  writeFileSync(join(dir, 'proxy.conf'), proxy);
  writeFileSync(join(dir, 'nginx.conf'), main);
  return {
    command: installed('nginx'),
    args: ['-p', dir, '-e', join(dir, 'error.log'), '-c', join(dir, 'nginx.conf')],
    ports: [...(isPlain ? [{ port: plainPort }] : []), ...(isSecure ? [{ port, name: null }] : [])],
    logs,
    ca: () => certificate.cert,
  };
}

function prepareCaddy(file: string, { dir, target, port, plainPort }: Place): Program {
  const { cert, key } = certificateIn(dir);
  const text = shipped(file);
  const options = [
    'admin off',
    'default_bind 127.0.0.1',
    `http_port ${plainPort}`,
    `https_port ${port}`,
  ];
  const ownAuthority = text.includes('tls internal');
  const address: Change = ['192.168.1.20', '127.0.0.1'];
  const given: Change = [/^(\S+ \{\n)(?=\t(?:reverse_proxy|@))/gm, `$1\ttls ${cert} ${key}\n`];
  const config = edit(text, [
    [/^\{\n/gm, `{\n\t${options.join('\n\t')}\n`],
    ownAuthority ? address : given,
  ]);
  const path = join(dir, 'Caddyfile');
  // Where it can be said in the environment, as by the compose file, it is.
  const isTold = config.includes('{$UPSTREAM:');
  const upstream: Change = ['127.0.0.1:3000', `127.0.0.1:${target}`];
  writeFileSync(path, isTold ? config : edit(config, [upstream]));
  const data = join(dir, 'data');
  mkdirSync(data);
  return {
    command: installed('caddy'),
    args: ['run', '--adapter', 'caddyfile', '--config', path],
    env: {
      UPSTREAM: `127.0.0.1:${target}`,
      DOMAIN: 'chat.example.org',
      XDG_DATA_HOME: data,
      XDG_CONFIG_HOME: data,
    },
    ports: [{ port, name: nameIn(text) }, { port: plainPort }],
    logs: [],
    ca: () =>
      ownAuthority
        ? readFileSync(join(data, 'caddy/pki/authorities/local/root.crt'), 'utf8')
        : certificate.cert,
  };
}

function installed(name: string): string {
  const found = findProgram(name);
  if (found === null) throw new Error(`${name} is not installed`);
  return found;
}

type Change = readonly [string | RegExp, string];

/** Each change must find something: the file is not what the test takes it for otherwise. */
function edit(text: string, changes: readonly Change[]): string {
  return changes.reduce((before, [from, to]) => {
    const after = before.replaceAll(from, to);
    if (after === before) throw new Error(`the shipped file has no ${String(from)}`);
    return after;
  }, text);
}

/** Of the site that a Caddyfile is for; null where that is an address. */
function nameIn(text: string): string | null {
  const [, name] = /^(?:\{\$DOMAIN:)?([a-z.]+)\}? \{$/m.exec(text) ?? [];
  return name ?? null;
}

/**
 * Resolves once somebody answers there, with https once there is a certificate. Rejects with all
 * that was said if the process ends.
 */
async function answers(
  port: number,
  name: string | null | undefined,
  child: ChildProcess,
  said: () => string,
): Promise<void> {
  for (;;) {
    if (hasEnded(child)) throw new Error(`it ended with ${child.exitCode}:\n${said()}`);
    if (await isOpen(port, name)) return;
    await setTimeout(20);
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Whoever visits checks the certificate. */
async function isOpen(port: number, name: string | null | undefined): Promise<boolean> {
  const place = { host: '127.0.0.1', port };
  const tls = { ...place, rejectUnauthorized: false, ...(name && { servername: name }) };
  const socket: Socket = name === undefined ? connect(place) : connectTls(tls);
  const opened = name === undefined ? 'connect' : 'secureConnect';
  const isOpened = await new Promise<boolean>((resolve) => {
    socket.once(opened, () => resolve(true)).once('error', () => resolve(false));
  });
  socket.destroy();
  return isOpened;
}
