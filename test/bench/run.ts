/**
 * `npm run bench [-- --rounds=N]`: ours and the bare relay in turn, over the same load, and their
 * ratios: medians over all rounds. The figures go to bench/, as JSON.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { percentile } from '../faults/fault.ts';
import { atRate, closedLoop, idle, sessions, type Figures } from './measures.ts';
import { SYSTEMS, type System } from './systems.ts';

const FOLDER = 'bench';
const given = process.argv.find((arg) => arg.startsWith('--rounds='));
const rounds = Number(given?.split('=')[1] ?? 5);

const MEASURES: readonly ((system: System) => Promise<Figures>)[] = [
  closedLoop,
  (system) => atRate(system, 200),
  (system) => atRate(system, 5_000),
  (system) => idle(system, 1_000),
  (system) => sessions(system, 100),
];

/** Of each figure of each system, one of each round. */
const all = new Map<string, Map<string, number[]>>();

for (let round = 1; round <= rounds; round++) {
  for (const [name, start] of Object.entries(SYSTEMS)) {
    process.stderr.write(`round ${round} of ${rounds}: ${name}\n`);
    for (const measure of MEASURES) {
      // oxlint-disable no-await-in-loop -- they would disturb one another
      const system = await start();
      note(name, await measure(system));
      await system.stop();
      // oxlint-enable no-await-in-loop
    }
  }
}

function note(system: string, figures: Figures): void {
  for (const [figure, value] of Object.entries(figures)) {
    const bySystem = all.get(figure) ?? new Map<string, number[]>();
    all.set(figure, bySystem);
    bySystem.set(system, [...(bySystem.get(system) ?? []), value]);
  }
}

const medians = Object.fromEntries(
  [...all].map(([figure, bySystem]) => [
    figure,
    Object.fromEntries([...bySystem].map(([system, values]) => [system, percentile(values, 50)])),
  ]),
);
const names = Object.keys(SYSTEMS);
const lines = [
  `| median of ${rounds} | ${names.join(' | ')} |`,
  `|---|${names.map(() => '---:').join('|')}|`,
  ...Object.entries(medians).map(([figure, bySystem]) => {
    const relay = bySystem['relay'] ?? NaN;
    const cells = names.map((name) => {
      const value = bySystem[name] ?? NaN;
      const ratio = name === 'relay' || relay === 0 ? '' : ` (${(value / relay).toFixed(2)} ×)`;
      return `${value < 100 ? value.toFixed(1) : Math.round(value)}${ratio}`;
    });
    return `| ${figure} | ${cells.join(' | ')} |`;
  }),
];
process.stdout.write(`${lines.join('\n')}\n`);
mkdirSync(FOLDER, { recursive: true });
const rest = Object.fromEntries([...all].map(([figure, by]) => [figure, Object.fromEntries(by)]));
const machine = { cores: cpus().length, model: cpus()[0]?.model, node: process.version };
writeFileSync(`${FOLDER}/figures.json`, `${JSON.stringify({ machine, rounds: rest }, null, 2)}\n`);
