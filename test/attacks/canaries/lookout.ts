/** Gathers what was found where it must not be, and controls that were not found where they are. */
import { createSearch, type Hit, type Search, type Secret } from '../../support/search.ts';
import { anything, missed, type Control, type Fits } from './control.ts';

export interface Looking {
  search: Search;
  control: Control;
}

/** For `secrets` and for the control. */
export function lookingFor(secrets: readonly Secret[], control: Control): Looking {
  return { search: createSearch([...secrets, control]), control };
}

export type Lookout = ReturnType<typeof createLookout>;

export function createLookout() {
  const problems: string[] = [];
  let looks = 0;

  /** What was looked for with `looking` in a place: nothing but the control may have been found. */
  function judge(place: string, { control }: Looking, hits: readonly Hit[], fits = anything): void {
    looks += 1;
    for (const { what, form, at } of hits) {
      if (what !== control.what) problems.push(`${place} has ${what} (${form}) at ${at}`);
    }
    const unseen = missed(control, hits, fits);
    if (unseen.length > 0) problems.push(`${place}: a search would miss ${unseen.join(' · ')}`);
  }

  return {
    judge,
    look(place: string, looking: Looking, bytes: Uint8Array, fits?: Fits): void {
      judge(place, looking, looking.search.in(bytes), fits);
    },
    /** Something else that is not as it must be. */
    blame: (problem: string) => void problems.push(problem),
    looks: () => looks,
    /** Throws if there was anything. */
    close(): void {
      if (problems.length > 0) throw new Error(problems.join('\n'));
    },
  };
}
