/**
 * `--check`: what is in force, where it comes from, and what is unsafe or surprising about it, for a
 * terminal of 80 columns. Settings that are wrong stop it as they stop a start, before it comes here.
 */
import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { concernsOf, redisConcerns, type Machine } from './concerns.ts';
import { findSettings, type Config, type Found } from './config.ts';
import { lookAtRedis } from './redis-look.ts';
import { redisPlace } from './store/redis-place.ts';
import { wrap } from './wrap.ts';

const NAME_COLUMNS = 26;

export interface Report {
  /** Lines, each ended. */
  text: string;
  /** Whether a start with these settings would serve now: its Redis, if it has one, answers. */
  wouldStart: boolean;
}

/** `config` is what parseConfig made of `env`. Asks Redis, if there is one, and opens no port. */
export async function check(
  env: Readonly<Record<string, string | undefined>>,
  config: Config,
): Promise<Report> {
  const place = redisPlace(config);
  const look = place === null ? { states: [] } : await lookAtRedis(place);
  const found = findSettings(env);
  const concerns = concernsOf(config, machine());
  const lines = [
    ...section('From the environment:', found.filter(({ isDefault }) => !isDefault).map(shown)),
    ...section('By default:', found.filter(({ isDefault }) => isDefault).map(shown)),
  ];
  if ('trouble' in look) {
    lines.push(...section('A start would fail now:', look.trouble.split('\n').map(item)));
  } else {
    lines.push(
      ...section(
        'Redis answers:',
        look.states.map(({ name, version }) => item(`${name}, version ${version}`)),
      ),
    );
    concerns.push(...look.states.flatMap(redisConcerns));
  }
  lines.push(...section('Unsafe or surprising:', concerns.map(item)));
  if (concerns.length === 0) lines.push('Nothing unsafe or surprising was found.');
  return { text: lines.map((line) => `${line}\n`).join(''), wouldStart: !('trouble' in look) };
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines, ''];
}

function shown({ name, text, isDefault, isSecret }: Found): string {
  const value = isDefault && text === '' ? 'not set' : isSecret ? 'set' : text;
  return wrap(`  ${name.padEnd(NAME_COLUMNS)}${value}`, NAME_COLUMNS + 2);
}

function item(sentence: string): string {
  return wrap(`  - ${sentence}`, 4);
}

function machine(): Machine {
  // 0 or more than there is where nothing bounds it.
  const bound = process.constrainedMemory() || Infinity;
  return {
    memoryBytes: Math.min(totalmem(), bound),
    heapBytes: getHeapStatistics().heap_size_limit,
  };
}
