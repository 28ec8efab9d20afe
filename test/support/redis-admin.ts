/** What tests ask their own Redis servers, and how they wait until those are as they should be. */
import { Redis } from 'ioredis';

const POLL_MS = 20;
const PATIENCE_MS = 30_000;

/** Asks one server, as often as it is started, and never repeats a command by itself. */
export function adminOf(url: string): Redis {
  const admin = new Redis(url, {
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 5_000,
    retryStrategy: () => POLL_MS,
  });
  admin.on('error', () => {});
  return admin;
}

/** Asks again and again; a question that fails counts as no. */
export async function until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  let last: unknown;
  for (;;) {
    if (await isTrue().catch((error: unknown) => void (last = error))) return;
    if (performance.now() > giveUpAt) throw new Error(`never came: ${what}`, { cause: last });
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
