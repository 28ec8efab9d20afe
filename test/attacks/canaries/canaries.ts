/**
 * What must not be found, sorted by who may see it at all, and how it is drawn. Knows none of the
 * places where it is looked for.
 */
import { decode, encode } from '../../support/independent-crypto.ts';
import type { Secret } from '../../support/search.ts';
import { spellingsOf, spellingsOfText } from '../../support/spellings.ts';
import type { Random } from '../../faults/world/random.ts';

/**
 * `sealed`: never leaves a device: texts, and the names, links and keys that a page made ·
 * `passing`: a node sees it and keeps nothing: codes, proofs, passes, and whatever it makes itself
 * for a script · `stored`: boxes and hashes, which Redis holds while the chat lives · `id`: of a
 * session · `setting`: a secret of whoever runs it.
 */
export type Kind = 'sealed' | 'passing' | 'stored' | 'id' | 'setting';

export type Canaries = ReturnType<typeof createCanaries>;

export function createCanaries() {
  const known: (Secret & { kind: Kind })[] = [];
  return {
    text: (kind: Kind, what: string, text: string) =>
      void known.push({ kind, what, spellings: spellingsOfText(text) }),
    /** As they are and as they are sent, each in every form. */
    bytes: (kind: Kind, what: string, bytes: Uint8Array) =>
      void known.push({
        kind,
        what,
        spellings: [...spellingsOf(bytes), ...spellingsOf(Buffer.from(encode(bytes)))],
      }),
    /** Of its middle: then a long box counts no more than a short one. */
    box: (what: string, box: string) =>
      void known.push({
        kind: 'stored',
        what,
        spellings: spellingsOf(decode(box).subarray(30, 60)),
      }),
    of: (...kinds: Kind[]): Secret[] => known.filter(({ kind }) => kinds.includes(kind)),
  };
}

/** Of letters, some of which are more than a byte in UTF-8. */
export function drawText(random: Random, length: number): string {
  const letters = 'abcdefghijkmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZéßøłж'.split('');
  return Array.from({ length }, () => random.oneOf(letters)).join('');
}

/** With all that has to be escaped somewhere, and a sign of two units. */
export function drawMessage(random: Random): string {
  const part = () => drawText(random, 14);
  return `${part()} "${part()}" <b>\\${part()}&amp;\n🌒${part()}`;
}
