/**
 * The Lua scripts, read from lua/ once. Where a script says what it needs of lua/parts, that is
 * put there. EVALSHA runs it; when Redis has forgotten it (a restart, SCRIPT FLUSH) nothing has
 * run, and the script may be sent whole.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';

const NAMES = [
  'admit',
  'announce-tries',
  'append',
  'connect',
  'count',
  'create',
  'disconnect',
  'drop-endpoint',
  'end',
  'enter',
  'find',
  'keep',
  'leave',
  'peek-tries',
  'ping',
  'put-endpoint',
  'put-file',
  'read-file',
  'read-log',
  'receipt',
  'recount',
  'renew',
  'renew-lease',
  'shared-secret',
  'take-try',
  'tell',
  'unsend',
  'unsend-targets',
] as const;

export type ScriptName = (typeof NAMES)[number];

interface Script {
  lua: string;
  sha: string;
}

/** All of them, for a Redis on which they publish by this command. */
export type Scripts = Readonly<Record<ScriptName, Script>>;

/** The reply as ioredis gives it: server/store/redis-reply.ts reads it. */
export function runScript(
  client: Redis,
  { sha, lua }: Script,
  { keys, args, isWhole, inBytes }: ScriptCall,
): Promise<unknown> {
  if (inBytes) {
    const [command, script] = isWhole ? ['EVAL', lua] : ['EVALSHA', sha];
    return client.callBuffer(command, script, keys.length, ...keys, ...args);
  }
  return isWhole
    ? client.eval(lua, keys.length, ...keys, ...args)
    : client.evalsha(sha, keys.length, ...keys, ...args);
}

export type ScriptArg = string | number | Buffer;

export interface ScriptCall {
  keys: readonly string[];
  args: readonly ScriptArg[];
  /** Sends the script itself, not only its name. */
  isWhole: boolean;
  /** Strings come back as the bytes they are. */
  inBytes?: boolean;
}

/** Rejects when this Redis refuses to write, but for full memory. Needs no script known to it. */
export async function checkWriting(client: Redis, { ping }: Scripts): Promise<void> {
  await runScript(client, ping, { keys: [], args: [], isWhole: true });
}

/**
 * Makes every script known to a server before the first is run, so that hardly ever one has to
 * be sent whole.
 */
export async function loadScripts(client: Redis, scripts: Scripts): Promise<void> {
  await Promise.all(Object.values(scripts).map(({ lua }) => client.script('LOAD', lua)));
}

/** `SPUBLISH` on a cluster, where it stays within the shard of the session. */
export function readScripts(publish: 'PUBLISH' | 'SPUBLISH'): Scripts {
  const scripts = NAMES.map((name) => [name, readScript(name, publish)]);
  return Object.fromEntries(scripts) as Scripts; // as: fromEntries forgets the names
}

function readScript(name: string, publish: string): Script {
  const part = (needed: string) => read(`parts/${needed}`).replaceAll('PUBLISH_COMMAND', publish);
  const lua = read(name).replaceAll(/^ *-- needs +(.+)$/gm, (_, needs: string) =>
    needs.split(' ').map(part).join(''),
  );
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}

function read(path: string): string {
  return readFileSync(new URL(`./lua/${path}.lua`, import.meta.url), 'utf8');
}
