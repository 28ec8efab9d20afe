/**
 * Alerts while the page is closed (Web Push, PROTOCOL HT12): the server has the push service of
 * this browser wake the page's worker, with nothing in it. One subscription for each browser; each
 * chat that is open tells the server of it.
 */
import type { Slot } from '../../server/protocol/frames.ts';
import { keepAlertWords } from '../worker/alert-words.ts';
import { text } from './catalogue/catalogue.ts';
import { extrasText } from './catalogue/extras-catalogue.ts';
import { base } from './page-api.ts';
import { registered } from './register-worker.ts';
import { changeSettings } from './settings.ts';

/** Under this the server keeps where a participant of a chat is told. */
export interface PushPlace {
  sid: string;
  slot: Slot;
}

const AGAIN_MS = 30_000;
/** Where the worker could not be installed it is never ready. */
const READY_WITHIN_MS = 10_000;

/** The key to subscribe with; null where the server, or this browser, does not offer it. */
export async function offeredKey(): Promise<string | null> {
  if (!('PushManager' in window) || (await registered) === null) return null;
  try {
    const response = await fetch(`${base}/api/push`);
    // as: what a proxy says in its place has no key.
    const { publicKey } = (await response.json()) as { publicKey?: unknown };
    return response.ok && typeof publicKey === 'string' ? publicKey : null;
  } catch {
    return null;
  }
}

/**
 * For all chats of this browser, beginning with the one at `place`. False where the browser, its
 * push service or the server does not take it. After a press: it may ask.
 */
export async function turnOnPush(key: string, place: PushPlace): Promise<boolean> {
  try {
    const { endpoint } = await subscribe(key);
    const response = await tell('PUT', place, endpoint);
    if (!response.ok) throw new Error(`refused: ${response.status}`);
    changeSettings({ push: true });
    return true;
  } catch {
    await turnOffPush();
    return false;
  }
}

/** It stays on where the browser goes on being woken. */
export async function turnOffPush(): Promise<void> {
  try {
    const subscription = await currentSubscription();
    if (subscription === null || (await subscription.unsubscribe()))
      changeSettings({ push: false });
  } catch {
    // As above.
  }
}

/** `forget`: the browser is not to be woken for this chat any more. */
export type EndPush = (options: { forget: boolean }) => void;

/** Has the server wake this browser for a chat, for as long as it holds its pass. */
export function requestPush(place: PushPlace): EndPush {
  let endpoint: string | null = null;
  let timer: number | undefined;
  let isEnded = false;

  async function request(): Promise<void> {
    // Taken back since: then the settings do not say that it is on.
    if (Notification.permission !== 'granted') return changeSettings({ push: false });
    // The one of an earlier visit can be forgotten at once.
    endpoint = (await currentSubscription().catch(() => null))?.endpoint ?? null;
    const key = await offeredKey();
    if (isEnded) return;
    const subscription = key === null ? null : await subscribe(key).catch(() => null);
    if (isEnded) return;
    if (subscription) endpoint = subscription.endpoint;
    const response =
      subscription && (await tell('PUT', place, subscription.endpoint).catch(() => null));
    const isDone = response && response.status < 500 && response.status !== 429;
    if (!isDone && !isEnded) timer = window.setTimeout(() => void request(), AGAIN_MS);
  }

  void request();
  return ({ forget }) => {
    isEnded = true;
    clearTimeout(timer);
    if (forget && endpoint !== null) void tell('DELETE', place, endpoint).catch(() => {});
  };
}

/** The one there is, if it is of this key. */
async function subscribe(key: string): Promise<PushSubscription> {
  // In the language of now, for the worker.
  await keepAlertWords(`${base}/`, { title: text.title(0), body: extrasText.alerts.closedBody });
  const pushManager = await ready();
  const options = { userVisibleOnly: true, applicationServerKey: key };
  return pushManager.subscribe(options).catch(async (error: unknown) => {
    const isOfOtherKey = error instanceof Error && error.name === 'InvalidStateError';
    const old = isOfOtherKey ? await pushManager.getSubscription() : null;
    if (old === null) throw error;
    await old.unsubscribe();
    return pushManager.subscribe(options);
  });
}

const currentSubscription = async () => (await ready()).getSubscription();

async function ready(): Promise<PushManager> {
  const late = new Promise<never>((_resolve, reject) =>
    setTimeout(() => reject(new Error('no worker')), READY_WITHIN_MS),
  );
  return (await Promise.race([navigator.serviceWorker.ready, late])).pushManager;
}

function tell(method: 'PUT' | 'DELETE', place: PushPlace, endpoint: string): Promise<Response> {
  return fetch(`${base}/api/sessions/${place.sid}/push`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ slot: place.slot, endpoint }),
    // Also if the page goes in this moment.
    keepalive: true,
  });
}
