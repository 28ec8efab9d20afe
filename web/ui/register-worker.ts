/**
 * Puts the page's worker (web/worker) in place: where there is one the page opens without a
 * network, and people can be told of messages while it is closed.
 */

/** What is used of Trusted Types, which are not in TypeScript's DOM. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: () => string },
  ): { createScriptURL: (url: string) => string };
}

/** The one script that is ever named here: whatever was asked for, it is this. */
const WORKER = './sw.js';

async function register(): Promise<ServiceWorkerRegistration | null> {
  if (import.meta.env.DEV || !('serviceWorker' in navigator)) return null;
  // as: see above; undefined where the browser has none
  const { trustedTypes } = window as { trustedTypes?: TrustedTypes };
  try {
    const policy = trustedTypes?.createPolicy('duologue', { createScriptURL: () => WORKER });
    const address = policy?.createScriptURL(WORKER) ?? WORKER;
    return await navigator.serviceWorker.register(address, { updateViaCache: 'none' });
  } catch {
    return null;
  }
}

/**
 * Null where it cannot be: on plain http, in private windows of some browsers, while developing.
 * Begun by whoever fetches this.
 */
export const registered: Promise<ServiceWorkerRegistration | null> = register();
