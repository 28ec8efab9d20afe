/** One person who has link and code, at the product's own form, while something else goes on. */
import { proofOf } from '../../../web/core/entering.ts';
import { createSessionApi } from '../../../web/core/session-api.ts';
import { createCodeForm } from '../../../web/ui/code-form.ts';
import { createBrowser } from '../../faults/world/browser.ts';
import { askLanding, partsOf, type Pair } from '../../faults/world/pair.ts';
import { persist } from '../../faults/world/until.ts';

/**
 * b comes in on another device: the code is typed once, and the button pressed again whenever the
 * form says that one may. Resolves to how long it took, in ms.
 */
export async function comeIn(
  base: string,
  { sid, links, codes }: Pick<Pair, 'sid' | 'links' | 'codes'>,
): Promise<number> {
  const started = performance.now();
  const browser = createBrowser(base);
  const { environment } = browser.load();
  const api = createSessionApi({ environment, base });
  const { retryInMs } = await persist(() => askLanding(browser, links.b));
  const proof = proofOf(partsOf(links.b));
  const answer = await new Promise<{ result: string }>((resolve) => {
    const form = createCodeForm({
      ...{ environment, retryInMs, isOffline: () => false },
      enter: (code) => api.enter(sid, proof, code),
      settled: resolve,
    });
    form.problem.subscribe((problem) => {
      // Once the form has taken back what it said.
      if (problem === null) queueMicrotask(() => form.submit(codes.b));
    });
  });
  if (answer.result !== 'entered') throw new Error(`not entered: ${JSON.stringify(answer)}`);
  return performance.now() - started;
}
