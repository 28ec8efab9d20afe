/**
 * The Lua scripts, read from lua/ once. A script names in its head what it needs of lua/parts;
 * those are put before it. EVALSHA runs it; when Redis has forgotten it (a restart, SCRIPT FLUSH)
 * nothing has run, and the script is sent whole.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';

const NAMES = [
  'admit',
  'append',
  'connect',
  'create',
  'disconnect',
  'end',
  'enter',
  'find',
  'keep',
  'leave',
  'peek-tries',
  'read-log',
  'receipt',
  'recount',
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

const SCRIPTS = Object.fromEntries(NAMES.map((name) => [name, load(name)])) as Record<
  ScriptName,
  Script
>; // as: fromEntries forgets the names

/** The reply as ioredis gives it: server/store/redis-reply.ts reads it. */
export async function runScript(
  client: Redis,
  name: ScriptName,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  const { lua, sha } = SCRIPTS[name];
  try {
    return await client.evalsha(sha, keys.length, ...keys, ...args);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return client.eval(lua, keys.length, ...keys, ...args);
  }
}

/**
 * Makes every script known to a server before the first is run: if one node had to send a script
 * whole while another has just loaded it, an operation could overtake an earlier one.
 */
export async function loadScripts(client: Redis): Promise<void> {
  await Promise.all(Object.values(SCRIPTS).map(({ lua }) => client.script('LOAD', lua)));
}

function load(name: string): Script {
  const [, shebang = '', body = ''] = /^(#!lua.*\n)([^]*)$/.exec(read(name)) ?? [];
  const needs = /^-- needs +(.+)$/m.exec(body)?.[1]?.split(' ') ?? [];
  const lua = [shebang, ...needs.map((part) => read(`parts/${part}`)), body].join('');
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}

function read(path: string): string {
  return readFileSync(new URL(`./lua/${path}.lua`, import.meta.url), 'utf8');
}
