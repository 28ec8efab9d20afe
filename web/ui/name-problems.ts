/** What is wrong with the two names of a new chat, as texts for their fields. */
import { startText } from './catalogue/start-catalogue.ts';
import { isSameName, parseName, type NameProblem } from '../core/typed-input.ts';

export type CheckedNames =
  | { names: [string, string] }
  /** At least one of the two. */
  | { yours: string | null; theirs: string | null };

export function checkNames(yours: string, theirs: string): CheckedNames {
  const [own, other] = [parseName(yours), parseName(theirs)];
  if ('name' in own && 'name' in other) {
    if (!isSameName(own.name, other.name)) return { names: [own.name, other.name] };
    return { yours: null, theirs: startText.sameNames };
  }
  return {
    yours: 'problem' in own ? problemText(own.problem, startText.enterYourName) : null,
    theirs: 'problem' in other ? problemText(other.problem, startText.enterTheirName) : null,
  };
}

function problemText(problem: NameProblem, empty: string): string {
  if (problem === 'empty') return empty;
  return problem === 'too_long' ? startText.nameTooLong : startText.nameCharacters;
}
