/**
 * The text in the composer that was not sent yet, kept for a reload in this tab's sessionStorage,
 * sealed: what is stored is never plaintext.
 */
import type { DraftSeal } from '../core/draft-seal.ts';
import { readTab, writeTab } from './tab-storage.ts';

const keyOf = (sid: string) => `duologue:draft:${sid}`;

export function readDraft(sid: string, { open }: DraftSeal): string {
  const sealed = readTab(keyOf(sid));
  return (sealed !== null && open(sealed)) || '';
}

export function keepDraft(sid: string, { seal }: DraftSeal, draft: string): void {
  writeTab(keyOf(sid), draft === '' ? null : seal(draft));
}

export function forgetDraft(sid: string): void {
  writeTab(keyOf(sid), null);
}
