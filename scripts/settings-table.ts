/**
 * Writes the settings into README.md and .env.example, between their markers, and server/help.txt,
 * from the one table in server/config.ts. A test compares: npx tsx scripts/settings-table.ts repairs it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { SETTINGS, type Setting, allowed } from '../server/config.ts';
import { wrap } from '../server/wrap.ts';
import { ROOT, isMain } from './run.js';

const settings = Object.values<Setting<unknown>>(SETTINGS);

function markdownTable(): string {
  const rows = settings.map((setting) => {
    const preset = setting.default === '' ? '–' : `\`${setting.default}\``;
    const range = setting.range === undefined ? setting.form : setting.range.join(' – ');
    return `| \`${setting.name}\` | ${preset} | ${setting.help} | ${range} |`;
  });
  return ['| setting | default | what it does | allowed |', '|---|---|---|---|', ...rows].join(
    '\n',
  );
}

function envLines(): string {
  return settings
    .map(
      (setting) =>
        `# ${setting.help} Allowed: ${allowed(setting)}.\n#${setting.name}=${setting.default}`,
    )
    .join('\n\n');
}

/** For a terminal; what it says of the rest is written by hand, around it. */
function helpLines(): string {
  const entries = settings.map((setting) => {
    const { name, help, default: preset } = setting;
    const lines = [
      help,
      `Default: ${preset === '' ? 'not set' : preset}`,
      `Allowed: ${allowed(setting)}`,
    ];
    return [name, ...lines.map((line) => wrap(`    ${line}`, 6))].join('\n');
  });
  return `\n${entries.join('\n\n')}\n`;
}

/** The documents that hold settings: what stands between `open` and `close` is generated. */
const DOCUMENTS = [
  {
    file: 'README.md',
    open: '<!-- settings -->',
    close: '<!-- /settings -->',
    body: markdownTable,
  },
  { file: '.env.example', open: '# <settings>', close: '# </settings>', body: envLines },
  { file: 'server/help.txt', open: 'Settings:', close: 'More is in README.md', body: helpLines },
];

/** Each document as it is and as it should be. */
export function documents(): { file: string; present: string; wanted: string }[] {
  return DOCUMENTS.map(({ file, open, close, body }) => {
    const present = readFileSync(ROOT + file, 'utf8');
    const start = present.indexOf(`${open}\n`) + open.length;
    const end = present.indexOf(`\n${close}`);
    if (start < open.length || end < start) throw new Error(`${file} lacks ${open} … ${close}`);
    const wanted = `${present.slice(0, start)}\n${body()}${present.slice(end)}`;
    return { file, present, wanted };
  });
}

if (isMain(import.meta.url)) {
  for (const { file, wanted } of documents()) writeFileSync(ROOT + file, wanted);
}
