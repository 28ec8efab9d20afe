/**
 * `npm run bench [-- NAME … --rounds=N --systems=embedded,redis]`: ours and the bare relay in turn,
 * over the same load, and their ratios: medians over all rounds. `growth`, when named, is what a
 * message costs as chats grow, drawn as well. The figures go to bench/.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { percentile } from '../faults/fault.ts';
import type { Figures } from './figures.ts';
import { measureGrowth } from './growth.ts';
import { LONG, MEASURES } from './measures.ts';
import { SYSTEMS } from './systems.ts';

const FOLDER = 'bench';
const known = { ...MEASURES, ...LONG };
const { rounds, systems, named } = readCommand();

const tell = (line: string) => process.stderr.write(`${line}\n`);
mkdirSync(FOLDER, { recursive: true });

if (named.includes('growth')) {
  const { table, figures, svg } = await measureGrowth(systems, rounds, tell);
  process.stdout.write(table);
  keep('growth.json', figures);
  writeFileSync(`${FOLDER}/growth.svg`, svg);
}
const chosen = named.length === 0 ? Object.keys(MEASURES) : named.filter((name) => name in known);
if (chosen.length > 0) {
  /** Of each figure of each system, one of each round. */
  const all = new Map<string, Map<string, number[]>>();
  for (let round = 1; round <= rounds; round++) {
    for (const measure of chosen) {
      for (const system of systems) {
        tell(`round ${round} of ${rounds}: ${measure}, ${system}`);
        // oxlint-disable-next-line no-await-in-loop -- they would disturb one another
        note(all, system, await known[measure]!(SYSTEMS[system]!)); // both were looked for above
      }
    }
    // After each: a run takes long, and may be ended.
    keep(
      'figures.json',
      Object.fromEntries([...all].map(([name, by]) => [name, Object.fromEntries(by)])),
    );
  }
  process.stdout.write(tableOf(all));
}

/** Ends the process, with 2, where it cannot be run as it was said. */
function readCommand() {
  const usage =
    'npm run bench [-- NAME … --rounds=N --systems=A,B]\n' +
    `NAME: ${Object.keys(MEASURES).join(', ')} (all of these unless named); ` +
    `${[...Object.keys(LONG), 'growth'].join(', ')}\n` +
    `--rounds: 5 unless named. --systems: ${Object.keys(SYSTEMS).join(',')}\n`;
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        rounds: { type: 'string', default: '5' },
        systems: { type: 'string', default: Object.keys(SYSTEMS).join(',') },
        help: { type: 'boolean' },
      },
    });
    if (values.help === true) {
      process.stdout.write(usage);
      process.exit(0);
    }
    const count = Number(values.rounds);
    const chosenSystems = values.systems.split(',');
    const wrong = [
      ...positionals.filter((name) => name !== 'growth' && !(name in known)),
      ...chosenSystems.filter((name) => !(name in SYSTEMS)),
    ];
    if (wrong.length > 0) throw new Error(`There is no ${wrong.join(', ')}.`);
    if (!Number.isInteger(count) || count < 1) {
      throw new Error(`${values.rounds} is no number of rounds.`);
    }
    return { rounds: count, systems: chosenSystems, named: positionals };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    return process.exit(2);
  }
}

function note(all: Map<string, Map<string, number[]>>, system: string, figures: Figures): void {
  for (const [figure, value] of Object.entries(figures)) {
    const bySystem = all.get(figure) ?? new Map<string, number[]>();
    all.set(figure, bySystem);
    bySystem.set(system, [...(bySystem.get(system) ?? []), value]);
  }
}

function tableOf(all: ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>): string {
  const lines = [
    `| median of ${rounds} | ${systems.join(' | ')} |`,
    `|---|${systems.map(() => '---:').join('|')}|`,
  ];
  for (const [figure, bySystem] of all) {
    const median = (system: string) => percentile(bySystem.get(system) ?? [NaN], 0.5);
    const relay = median('relay');
    const cells = systems.map((system) => {
      const value = median(system);
      if (Number.isNaN(value)) return '';
      const ratio = system === 'relay' || !(relay > 0) ? '' : ` (${(value / relay).toFixed(2)} ×)`;
      return `${value < 100 ? value.toFixed(value < 10 ? 2 : 1) : Math.round(value)}${ratio}`;
    });
    lines.push(`| ${figure} | ${cells.join(' | ')} |`);
  }
  return `${lines.join('\n')}\n`;
}

function keep(file: string, figures: unknown): void {
  const machine = { cores: cpus().length, model: cpus()[0]?.model, node: process.version };
  writeFileSync(`${FOLDER}/${file}`, `${JSON.stringify({ machine, rounds, figures }, null, 2)}\n`);
}
