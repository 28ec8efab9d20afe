/**
 * Who may import whom: the table of the design, and a check of real sources against it. Works on
 * a map from path to source, so that a test can show it finds what it should.
 */
import { posix } from 'node:path';
import { parseSync } from 'vite';

export type Sources = ReadonlyMap<string, string>;

interface Import {
  readonly specifier: string;
  /** Leaves nothing behind at run time. */
  readonly typeOnly: boolean;
  readonly dynamic: boolean;
}

interface Area {
  /** A folder, or one file. The first area that holds a file is its area. */
  readonly path: string;
  /** Folders and files of the project, besides its own folder. */
  readonly may: readonly string[];
  /** The same, but `import type` only. */
  readonly mayType?: readonly string[];
  /** Names of packages; a final `*` stands for any rest. */
  readonly packages: readonly string[];
}

const ANY = ['*'];
const SEAM = ['server/protocol', 'server/store/store.ts'];
const CONFIG = ['server/config.ts'];
const GATHER = 'server/gather.ts';

export const AREAS: readonly Area[] = [
  // At the top, but everyone may know its type: it must know nobody.
  { path: 'server/config.ts', may: ['server/setting-kinds.ts'], packages: [] },
  { path: 'server/setting-kinds.ts', may: [], packages: ['node:*'] },
  { path: GATHER, may: [], packages: ['node:*'] },
  { path: 'server/protocol', may: [], packages: ['@noble/*'] },
  { path: 'server/store', may: ['server/protocol', GATHER], mayType: CONFIG, packages: ANY },
  { path: 'server/sessions', may: SEAM, mayType: CONFIG, packages: ANY },
  { path: 'server/live', may: [...SEAM, GATHER], mayType: CONFIG, packages: ANY },
  { path: 'server/push', may: SEAM, packages: ANY },
  {
    path: 'server/routes',
    may: [...SEAM, 'server/sessions', 'server/live', 'server/push', 'server/plugins'],
    mayType: CONFIG,
    packages: ANY,
  },
  {
    path: 'server/plugins',
    may: [...SEAM, 'server/sessions', 'server/live', 'server/routes'],
    mayType: CONFIG,
    packages: ANY,
  },
  // app, main and config, the top: all of the server.
  { path: 'server', may: [], packages: ANY },
  { path: 'web/core', may: ['server/protocol'], packages: ['@preact/signals-core'] },
  {
    path: 'web/ui',
    may: ['web/core', 'web/worker/alert-words.ts'],
    mayType: ['server/protocol'],
    packages: ['preact', 'preact/*', '@preact/signals-core', 'qrcode'],
  },
  { path: 'web/worker', may: [], packages: [] },
  { path: 'web/vite.config.ts', may: [], packages: ['vite', 'node:*'] },
  // Generates documents from the settings, hence the one script that knows them.
  {
    path: 'scripts/settings-table.ts',
    may: ['server/config.ts', 'server/wrap.ts', 'scripts'],
    packages: ['node:*'],
  },
  // Has to know what it is asked for before there is a server.
  { path: 'scripts/start.js', may: ['server/options.js', 'scripts'], packages: ANY },
  { path: 'scripts', may: ['web/core', 'server/protocol'], packages: ANY },
];

const MAX_LINES = 300;
/**
 * Ways from text to markup or code. The page's policy blocks them all (Trusted Types), so none is
 * needed, nor a policy of ours that would let one through; but the one that names the worker.
 */
const MARKUP_SINK =
  /\b(innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|createContextualFragment|parseFromString|setHTMLUnsafe|parseHTMLUnsafe|srcdoc|createPolicy|eval|document\.write(ln)?|new Function)\b|\bjavascript:/i;
const VAGUE_NAME = /^(utils?|helpers?|common|types|misc)$/;

/** Everything that breaks a rule, one line each; `runtime` are the names in `dependencies`. */
export function violations(sources: Sources, runtime: readonly string[]): string[] {
  const graph = new Map<string, string[]>();
  const problems: string[] = [];
  for (const [file, source] of sources) {
    problems.push(...nameAndLength(file, source), ...markupSinks(file, source));
    const imports = importsOf(file, source);
    problems.push(...imports.flatMap((found) => importProblem(file, found, sources, runtime)));
    const local = imports.filter(isRelative).map((found) => resolve(file, found, sources));
    graph.set(file, local);
  }
  return [...problems, ...cycles(graph)];
}

function nameAndLength(file: string, source: string): string[] {
  const problems: string[] = [];
  const vague = file.split('/').find((part) => VAGUE_NAME.test(part.split('.')[0] ?? ''));
  if (vague !== undefined) problems.push(`${file}: "${vague}" says nothing about what is inside`);
  const lines = source.trimEnd().split('\n');
  const explained = lines.slice(0, 8).some((line) => line.includes('Long because'));
  if (lines.length > MAX_LINES && !explained) {
    problems.push(`${file}: ${lines.length} lines and no "Long because" in its head`);
  }
  return problems;
}

/** In this file alone: whatever comes in, a fixed address comes out. */
const WORKER_POLICY = {
  file: 'web/ui/register-worker.ts',
  made: `createPolicy('duologue', { createScriptURL: () => WORKER })`,
  declared: 'createPolicy(\n',
};

function markupSinks(file: string, source: string): string[] {
  const { made, declared } = WORKER_POLICY;
  const rest =
    file === WORKER_POLICY.file ? source.replace(made, '').replace(declared, '') : source;
  const [sink] = isIn(file, 'web') ? (MARKUP_SINK.exec(rest) ?? []) : [];
  return sink === undefined ? [] : [`${file}: ${sink} makes markup or code of text`];
}

function importsOf(file: string, source: string): Import[] {
  const { module, errors } = parseSync(file, source);
  if (errors[0] !== undefined) throw new Error(`${file}: ${errors[0].message}`);
  const statics = module.staticImports.map(({ moduleRequest, entries }) => ({
    specifier: moduleRequest.value,
    typeOnly: entries.length > 0 && entries.every(({ isType }) => isType),
    dynamic: false,
  }));
  const exports = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest, isType }) =>
      moduleRequest === null
        ? []
        : [{ specifier: moduleRequest.value, typeOnly: isType, dynamic: false }],
    ),
  );
  const dynamics = module.dynamicImports.map(({ moduleRequest: { start, end } }) => ({
    specifier: source.slice(start, end).replace(/^(['"`])(.*)\1$/, '$2'),
    typeOnly: false,
    dynamic: true,
  }));
  return [...statics, ...exports, ...dynamics];
}

function isRelative({ specifier }: Import): boolean {
  return specifier.startsWith('.');
}

/** The file an import means; a path that is no source of ours (a stylesheet) stays as it is. */
function resolve(file: string, { specifier }: Import, sources: Sources): string {
  const path = posix.join(posix.dirname(file), specifier.replace(/\?.*$/, ''));
  const candidates = [path, `${path}.ts`, `${path}.tsx`, path.replace(/\.js$/, '.ts')];
  return candidates.find((candidate) => sources.has(candidate)) ?? path;
}

function importProblem(
  file: string,
  found: Import,
  sources: Sources,
  runtime: readonly string[],
): string[] {
  const area = AREAS.find(({ path }) => isIn(file, path));
  if (area === undefined) return [`${file}: belongs to no area of the design`];
  const problem = isRelative(found)
    ? pathProblem(area, found, resolve(file, found, sources))
    : packageProblem(file, area, found, runtime);
  return problem === null ? [] : [`${file}: ${problem}`];
}

function pathProblem(area: Area, found: Import, target: string): string | null {
  const allowed = (paths: readonly string[] = []) => paths.some((path) => isIn(target, path));
  if (allowed([area.path, ...area.may])) return null;
  if (allowed(area.mayType)) {
    return found.typeOnly ? null : `may import only types from ${target}`;
  }
  return `may not import ${target}`;
}

function packageProblem(
  file: string,
  area: Area,
  { specifier, typeOnly, dynamic }: Import,
  runtime: readonly string[],
): string | null {
  const matches = (name: string) =>
    name.endsWith('*') ? specifier.startsWith(name.slice(0, -1)) : specifier === name;
  if (!area.packages.some(matches)) return `may not import ${specifier}`;
  if (specifier.startsWith('node:') || typeOnly) return null;

  const name = /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
  if (isIn(area.path, 'server') && !runtime.includes(name)) {
    return `needs ${name} at run time, which is not in "dependencies"`;
  }
  if (isIn(file, 'scripts') && file.endsWith('.js') && !dynamic) {
    return `runs before the dependencies are there, so may load ${name} only by import()`;
  }
  return null;
}

function isIn(path: string, area: string): boolean {
  return path === area || path.startsWith(`${area}/`);
}

/** Each cycle once, as `a → b → a`. */
function cycles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const finished = new Set<string>();
  const visit = (file: string, trail: readonly string[]): void => {
    const start = trail.indexOf(file);
    if (start !== -1) found.push(`import cycle: ${[...trail.slice(start), file].join(' → ')}`);
    if (start !== -1 || finished.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...trail, file]);
    finished.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}
