/** What the documents say about the settings is what server/config.ts says. */
import { expect, it } from 'vitest';
import { documents } from '../scripts/settings-table.ts';

it.each(documents())('$file is up to date (npx tsx scripts/settings-table.ts)', (document) => {
  expect(document.present).toBe(document.wanted);
});
