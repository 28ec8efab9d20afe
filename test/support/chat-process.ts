/**
 * The commands of scripts/ as people and their programs run them: through pipes, or in a terminal
 * of their own. Waits for what is seen, never for time to pass.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { StringDecoder } from 'node:string_decoder';
import { killWithParent } from './kill-with-parent.ts';
import { createTerminal } from './terminal.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A machine that others use too can stand still for seconds. */
const PATIENCE_MS = 45_000;

interface Running {
  /** Resolves once it was seen; rejects if the program has ended without it. */
  sees(wanted: string | RegExp): Promise<void>;
  /** Its exit code. */
  readonly exited: Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
}

export interface Piped extends Running {
  /** What it has written: messages, and what is said of the chat. */
  readonly out: string;
  readonly err: string;
  /** Lines in, each with its end. */
  write(text: string): void;
  endInput(): void;
}

export interface InTerminal extends Running {
  /** All that has come, orders to the terminal too. */
  readonly raw: string;
  /** What is on the screen. */
  readonly rows: string[];
  type(keys: string): void;
}

export interface RunOptions {
  env?: Record<string, string>;
  /** From where it was called. */
  folder?: string;
}

/** `script`: chat, bot or sample. */
export function runPiped(
  script: string,
  args: readonly string[],
  { env = {}, folder = ROOT }: RunOptions = {},
): Piped {
  const child = spawn(process.execPath, ['--import', 'tsx', `scripts/${script}.ts`, ...args], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', INIT_CWD: folder, ...env },
    stdio: 'pipe',
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  // Who has ended reads no more.
  child.stdin.on('error', () => {});
  return {
    ...running(child, () => `${out}\n${err}`),
    get out() {
      return out;
    },
    get err() {
      return err;
    },
    write: (text) => void child.stdin.write(text),
    endInput: () => void child.stdin.end(),
  };
}

const COLUMNS = 80;

/** In a terminal of 80 columns, which `script` makes. */
export function runInTerminal(args: readonly string[], { folder = ROOT }: RunOptions = {}) {
  const quoted = args.map((one) => `'${one.replaceAll("'", `'\\''`)}'`).join(' ');
  const command = `stty cols ${COLUMNS} rows 24; exec '${process.execPath}' --import tsx scripts/chat.ts ${quoted}`;
  const options =
    process.platform === 'darwin'
      ? ['-q', '/dev/null', 'sh', '-c', command]
      : ['-qfec', command, '/dev/null'];
  const child = spawn('script', options, {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', TERM: 'xterm', SHELL: '/bin/sh', INIT_CWD: folder },
    stdio: 'pipe',
  });
  const terminal = createTerminal(COLUMNS);
  const decoder = new StringDecoder('utf8');
  let raw = '';
  let refused: Error | null = null;
  child.stdout.on('data', (bytes: Buffer) => {
    const text = decoder.write(bytes);
    raw += text;
    try {
      terminal.write(text);
    } catch (error) {
      refused ??= error as Error; // as: it throws nothing else
    }
  });
  child.stdin.on('error', () => {});
  const rowsNow = () => {
    if (refused) throw refused;
    return terminal.rows;
  };
  const result: InTerminal = {
    ...running(child, () => rowsNow().join('\n')),
    get raw() {
      return raw;
    },
    get rows() {
      return rowsNow();
    },
    type: (keys) => void child.stdin.write(keys),
  };
  return result;
}

function running(child: ChildProcess, seen: () => string): Running {
  killWithParent(child);
  // as: the first argument of 'close' is the code, null if a signal ended it.
  const exited = once(child, 'close').then(([code]) => code as number | null);
  const isThere = (wanted: string | RegExp) =>
    typeof wanted === 'string' ? seen().includes(wanted) : wanted.test(seen());
  return {
    exited,
    sees: (wanted) =>
      new Promise((resolve, reject) => {
        const look = () => {
          try {
            if (isThere(wanted)) end(resolve);
            else if (child.exitCode !== null && child.stdout?.readableEnded) {
              end(() => reject(new Error(`ended without ${wanted}:\n${seen()}`)));
            }
          } catch (error) {
            end(() => reject(error));
          }
        };
        const late = setTimeout(
          () => end(() => reject(new Error(`not seen: ${wanted}, but:\n${seen()}`))),
          PATIENCE_MS,
        );
        const end = (then: () => void) => {
          clearTimeout(late);
          for (const stream of [child.stdout, child.stderr]) stream?.off('data', look);
          child.off('close', look);
          then();
        };
        for (const stream of [child.stdout, child.stderr]) stream?.on('data', look);
        child.on('close', look);
        look();
      }),
    kill: (signal) => void child.kill(signal),
  };
}
