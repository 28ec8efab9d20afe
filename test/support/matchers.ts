/** vitest's matchers without their `any`, so that expectations stay checked by the linter. */
import { expect } from 'vitest';

export const anyString: unknown = expect.any(String);
export const anyNumber: unknown = expect.any(Number);

export function matching(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}
