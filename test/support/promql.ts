/** As much of PromQL and of Prometheus's text format as it takes to hold the one against the other. */

/** Of each metric with a sample: label → the values it had. */
export type Exported = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;

/** What `labels` of all samples of `name` add up to; undefined if there is none. */
export function sampleSum(
  text: string,
  name: string,
  labels: Record<string, string> = {},
): number | undefined {
  const found = samplesOf(text).filter(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([label, value]) => sample.labels.get(label) === value),
  );
  if (found.length === 0) return undefined;
  return found.reduce((sum, { value }) => sum + value, 0);
}

export function exportedBy(...texts: readonly string[]): Exported {
  const exported = new Map<string, Map<string, Set<string>>>();
  for (const { name, labels } of texts.flatMap(samplesOf)) {
    const known = exported.get(name) ?? new Map<string, Set<string>>();
    exported.set(name, known);
    for (const [label, value] of labels) {
      known.set(label, (known.get(label) ?? new Set()).add(value));
    }
  }
  return exported;
}

interface Sample {
  name: string;
  labels: ReadonlyMap<string, string>;
  value: number;
}

function samplesOf(text: string): Sample[] {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const [, name = '', inBraces = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === '') throw new Error(`not a sample: ${line}`);
    const labels = [...inBraces.matchAll(MATCHER)].map(
      ([, label = '', , of = '']): [string, string] => [label, of],
    );
    return { name, labels: new Map(labels), value: Number(value) };
  });
}

/** label, operator, value */
const MATCHER = /(\w+)(=~|!~|!=|=)"((?:[^"\\]|\\.)*)"/g;
/** What Prometheus itself adds. */
const OF_THE_TARGET = new Set(['job', 'instance']);
/** Its own metric of each target. */
const OF_PROMETHEUS = new Map([['up', new Map<string, ReadonlySet<string>>()]]);
const WORDS = new Set(['by', 'without', 'on', 'ignoring', 'and', 'or', 'unless', 'bool', 'offset']);

/** What an expression names that is not exported; and that it names nothing, if so. */
export function unknownIn(expression: string, exported: Exported): string[] {
  const groupings = [...expression.matchAll(/\b(?:by|without|on|ignoring) *\(([^)]*)\)/g)];
  // Only selectors are left: no groupings, no ranges, no functions.
  const bare = expression
    .replaceAll(/\b(?:by|without|on|ignoring) *\([^)]*\)/g, ' ')
    .replaceAll(/\[[^\]]*\]/g, '');
  const selectors = [...bare.matchAll(/\b([a-zA-Z_]\w*)\b(?! *\()(?:\{([^}]*)\})?/g)].filter(
    ({ 1: name = '', index }) => !WORDS.has(name) && !isInBraces(bare, index),
  );
  if (selectors.length === 0) return ['nothing'];
  const problems = selectors.flatMap(([, name = '', matchers = '']) => {
    const labels = exported.get(name) ?? OF_PROMETHEUS.get(name);
    if (!labels) return [name];
    return [...matchers.matchAll(MATCHER)].flatMap(([, label = '', operator, value = '']) => {
      if (OF_THE_TARGET.has(label)) return [];
      const values = operator?.endsWith('~') ? value.split('|') : [value];
      return values
        .filter((wanted) => !labels.get(label)?.has(wanted))
        .map((wanted) => `${name}{${label}="${wanted}"}`);
    });
  });
  const grouped = groupings.flatMap(([, names = '']) => names.split(/[\s,]+/)).filter(Boolean);
  const known = selectors.flatMap(([, name = '']) => [...(exported.get(name)?.keys() ?? [])]);
  const unknown = grouped.filter((label) => !OF_THE_TARGET.has(label) && !known.includes(label));
  return [...problems, ...unknown.map((label) => `by (${label})`)];
}

function isInBraces(text: string, index: number): boolean {
  const before = text.slice(0, index);
  return before.lastIndexOf('{') > before.lastIndexOf('}');
}
