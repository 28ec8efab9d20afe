/**
 * Hears every breach of the Content Security Policy in every page of a browser, frames and popups
 * included, from the moment they are there.
 */
import type { BrowserContext } from '@playwright/test';

/** Who is told: a person may come back in a browser that is watched already. */
const watchers = new WeakMap<BrowserContext, ((violation: string) => void)[]>();

/** `told`: directive and what was blocked. To be called before the pages that are meant load. */
export async function watchPolicy(
  context: BrowserContext,
  told: (violation: string) => void,
): Promise<void> {
  const present = watchers.get(context);
  if (present) return void present.push(told);
  const all = [told];
  watchers.set(context, all);
  await context.exposeFunction('tellPolicyViolation', (violation: string) =>
    all.forEach((tell) => tell(violation)),
  );
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
