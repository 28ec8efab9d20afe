/**
 * Hears every breach of the Content Security Policy in every page of a browser, frames and popups
 * included, from the moment they are there.
 */
import type { BrowserContext } from '@playwright/test';

/** `told`: directive and what was blocked. To be called before the pages that are meant load. */
export async function watchPolicy(
  context: BrowserContext,
  told: (violation: string) => void,
): Promise<void> {
  await context.exposeFunction('tellPolicyViolation', told);
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
      // as: exposed above
      const { tellPolicyViolation } = window as unknown as {
        tellPolicyViolation: (violation: string) => void;
      };
      tellPolicyViolation(`${effectiveDirective} ${blockedURI}`);
    });
  });
}
