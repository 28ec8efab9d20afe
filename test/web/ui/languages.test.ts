/** Every language says all that English says, with all that is told in it. */
import { describe, expect, it } from 'vitest';
import { en } from '../../../web/ui/catalogue/en.ts';
import { enChat } from '../../../web/ui/catalogue/en-chat.ts';
import { enExtras } from '../../../web/ui/catalogue/en-extras.ts';
import { enFiles } from '../../../web/ui/catalogue/en-files.ts';
import { enIncomplete } from '../../../web/ui/catalogue/en-incomplete.ts';
import { enLinks } from '../../../web/ui/catalogue/en-links.ts';
import { enReady } from '../../../web/ui/catalogue/en-ready.ts';
import { enStart } from '../../../web/ui/catalogue/en-start.ts';
import { language as ar } from '../../../web/ui/catalogue/ar.ts';
import { language as de } from '../../../web/ui/catalogue/de.ts';
import { language as es } from '../../../web/ui/catalogue/es.ts';
import { language as hi } from '../../../web/ui/catalogue/hi.ts';
import type { Language } from '../../../web/ui/catalogue/language-shape.ts';
import { pluralIn } from '../../../web/ui/catalogue/plural.ts';

const english: Language = {
  page: en,
  start: enStart,
  ready: enReady,
  chat: enChat,
  extras: enExtras,
  files: enFiles,
  incomplete: enIncomplete,
  links: enLinks,
};

type Said = string | ((...told: never[]) => unknown);

/** Every text by its path, in order. */
function textsOf(part: object, path = ''): [string, Said][] {
  return Object.entries(part).flatMap(([name, value]): [string, Said][] =>
    // as: a catalogue holds texts, functions that return one, and groups of them;
    // some return a group
    typeof value === 'object'
      ? textsOf(value as object, `${path}${name}.`)
      : [[path + name, value as Said]],
  );
}

describe.each(Object.entries({ ar, de, es, hi }))('%s', (tag, language) => {
  const texts = new Map(textsOf(language));

  it('says all that English says, and nothing else', () => {
    expect([...texts.keys()].toSorted()).toEqual(
      textsOf(english)
        .map(([path]) => path)
        .toSorted(),
    );
    expect(language.page.language).toBe(tag);
    for (const [path, said] of texts) if (typeof said === 'string') expect(said, path).not.toBe('');
  });

  it('leaves out nothing of what is told', () => {
    for (const [path, said] of textsOf(english)) {
      if (typeof said === 'string') continue;
      const told = Array.from({ length: said.length }, (_, i) => `<${i}>`);
      // as: where a number is wanted, a text is put in as well
      const say = (one: Said | undefined) =>
        JSON.stringify((one as (...told: string[]) => unknown)(...told));
      const counted = /count|wrong|title|problems|newMessages|duration|tries|files|busy|paced/i;
      if (counted.test(path)) continue;
      for (const one of told) {
        if (say(said).includes(one)) expect(say(texts.get(path)), path).toContain(one);
      }
    }
  });

  it('counts in its own forms', () => {
    for (const count of [0, 1, 2, 3, 11, 100]) {
      const digits = new Intl.NumberFormat(tag).format(count);
      const said = language.chat.newMessages(count);
      // Some languages have words for none, one and two.
      if (count > 2) expect(said).toContain(digits);
      else expect(said).not.toBe('');
    }
  });
});

it('puts the number where the form has its mark, in the digits of the language', () => {
  const plural = pluralIn('de');
  expect(plural(1, { one: '# Tag', other: '# Tage' })).toBe('1 Tag');
  expect(plural(1200, { one: '# Tag', other: '# Tage' })).toBe('1.200 Tage');
});
