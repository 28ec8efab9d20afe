/**
 * The unit for systemd: as systemd itself reads it where it is there, and fitting the settings.
 * It cannot be started here: that takes a machine which systemd runs.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findProgram } from '../../scripts/programs.js';
import { parseConfig, SETTINGS } from '../../server/config.ts';
import { createRawSession, enterRaw } from '../support/raw-client.ts';
import { NODE_FLAGS, startServer } from '../support/server-process.ts';
import { shipped } from '../support/shipped-files.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const UNIT = shipped('duologue.service');
const BUILT = 'server/dist/main.js';

/** All values of a directive, in their order. */
function values(directive: string): string[] {
  return [...UNIT.matchAll(new RegExp(`^${directive}=(.*)$`, 'gm'))].map(([, value = '']) => value);
}

it('sets settings that there are, to what is allowed', () => {
  const set = Object.fromEntries(
    values('Environment')
      .flatMap((line) => line.split(' '))
      .map((pair) => pair.split('=')),
  ) as Record<string, string>; // as: each is name=value, or the next lines fail
  const names = Object.values(SETTINGS).map(({ name }) => name);
  expect(Object.keys(set).filter((name) => !names.includes(name))).toEqual(['NODE_ENV']);
  expect(parseConfig(set).host).toBe('127.0.0.1');
});

it('reads the rest from what .env.example becomes: names and values, one a line', () => {
  const lines = readFileSync(`${root}.env.example`, 'utf8').split('\n');
  expect(lines.filter((line) => !/^(#.*|[A-Z_]+=\S*)?$/.test(line))).toEqual([]);
  expect(values('EnvironmentFile')).toEqual(['/etc/duologue.env']);
});

it('gives a stop more time than the server takes, and starts it again whatever ended it', () => {
  const [stop = ''] = values('TimeoutStopSec');
  const { shutdownGraceMs } = parseConfig({});
  expect(Number(stop.replace(/s$/, '')) * 1000).toBeGreaterThan(shutdownGraceMs);
  expect(values('Restart')).toEqual(['always']);
});

it('tells Node the same as npm start and the image do', () => {
  expect(NODE_FLAGS).not.toEqual([]);
  expect(values('ExecStart')).toEqual([
    ['/usr/bin/node', ...NODE_FLAGS, `/opt/duologue/${BUILT}`].join(' '),
  ]);
  const image = readFileSync(`${root}Dockerfile`, 'utf8');
  const command = JSON.stringify(['node', ...NODE_FLAGS, BUILT]).replaceAll(',', ', ');
  expect(image).toContain(`\nCMD ${command}\n`);
});

it('is closed, and yet lets the server do what it does', () => {
  const closed = ['DynamicUser', 'NoNewPrivileges', 'ProtectHome', 'PrivateDevices', 'PrivateTmp'];
  for (const directive of closed) expect(values(directive), directive).toEqual(['yes']);
  expect(values('ProtectSystem')).toEqual(['strict']);
  expect(values('CapabilityBoundingSet')).toEqual(['']);
  expect(values('MemoryMax')).toHaveLength(1);
  // V8 writes code and runs it; the thread that checks codes lowers its priority (@resources).
  expect(values('MemoryDenyWriteExecute')).toEqual([]);
  expect(values('SystemCallFilter')).toEqual(['@system-service', '~@privileged']);
});

it('a stricter sandbox, which refuses a lower priority, stops nobody from getting in', async () => {
  const refused = new URL('../support/refused-priority.js', import.meta.url).href;
  const server = await startServer({ NODE_OPTIONS: `--import=${refused}` });
  onTestFinished(() => void server.kill());
  const { sid, a } = await createRawSession(server.base);
  await enterRaw(server.base, sid, a);
});

const analyze = findProgram('systemd-analyze');
if (analyze !== null) {
  describe('systemd', () => {
    /** With what it starts where this machine has it. */
    function ask(...args: string[]) {
      const dir = mkdtempSync(join(tmpdir(), 'duologue-unit-'));
      onTestFinished(() => rmSync(dir, { recursive: true }));
      const path = join(dir, 'duologue.service');
      const [start = ''] = values('ExecStart');
      expect(start.endsWith(BUILT)).toBe(true);
      const here = `${process.execPath} ${root}${BUILT}`;
      writeFileSync(path, UNIT.replace(start, here));
      return spawnSync(analyze ?? '', [...args, path], { encoding: 'utf8' });
    }

    it('understands every line', () => {
      const { status, stdout, stderr } = ask('verify', '--man=no');
      expect([status, stdout, stderr]).toEqual([0, '', '']);
    });

    it('finds little that is open', () => {
      // Of 100, where 0 is a process that can do nothing.
      const { status, stdout, stderr } = ask('security', '--offline=true', '--threshold=20');
      expect(status, stdout + stderr).toBe(0);
    });
  });
}
