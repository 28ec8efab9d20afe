/**
 * A search that finds nothing proves nothing: a control is planted in every form wherever somebody
 * looks, and has to be found there in every form in which it can get there.
 */
import { randomBytes } from 'node:crypto';
import type { Hit, Secret } from '../../support/search.ts';
import { spellingsOf, spellingsOfText, type Spelling } from '../../support/spellings.ts';

export interface Control extends Secret {
  /** All its forms, to be planted as they are. */
  bytes: Buffer;
}

/** Whether a form can be in a place as it is. */
export type Fits = (spelling: Spelling) => boolean;

export function drawControl(what: string): Control {
  const bytes = spellingsOf(randomBytes(12)).map((one) => ({ ...one, form: `${one.form}, bytes` }));
  // One piece, so that every form is planted as a whole.
  const word = randomBytes(4).toString('hex');
  const spellings = [...bytes, ...spellingsOfText(`"${word}ß🌒`)];
  return {
    what: `the control of ${what}`,
    spellings,
    bytes: Buffer.concat(spellings.flatMap(({ bytes }) => [bytes, Buffer.from('|')])),
  };
}

/** Where all bytes are kept. */
export const anything: Fits = () => true;

/** Where lines of UTF-8 are kept: what is printed. */
export const printed: Fits = ({ bytes }) =>
  Buffer.from(bytes.toString()).equals(bytes) && !/[\r\n]/.test(bytes.toString());

/** What MONITOR leaves alone, and what it makes of the rest. */
export const monitored: Fits = ({ form, bytes }) =>
  form.startsWith('as Redis shows it') || /^[ !#-[\]-~]+$/.test(bytes.toString('latin1'));

/** The forms of `control` that are not among the hits and should be. */
export function missed({ what, spellings }: Control, hits: readonly Hit[], fits: Fits): string[] {
  const found = new Set(hits.filter((hit) => hit.what === what).map(({ form }) => form));
  return spellings.filter((one) => fits(one) && !found.has(one.form)).map(({ form }) => form);
}
