/**
 * Alerts for when somebody is connected to a chat from nowhere: a push service has woken the
 * worker, with nothing in its word. Also what a press on any alert does that the worker shows.
 */
import { PUSH_TAG, readAlertWords } from './alert-words.ts';

declare const self: ServiceWorkerGlobalScope;

const ENGLISH = { title: 'Private chat', body: 'New message. Open your link to read it.' };

/** Also where a page of ours is looked at: it may be that of another chat. */
export async function showAlert(): Promise<void> {
  const { registration } = self;
  const { title, body } = (await readAlertWords(registration.scope)) ?? ENGLISH;
  // The tag: in place of the one before.
  const options = { body, tag: PUSH_TAG, icon: 'icon-192.png', silent: true };
  await registration.showNotification(title, options);
}

/** To a page that is open, else to the start: the links are only where people keep them. */
export async function followAlert(alert: Notification): Promise<void> {
  alert.close();
  const { scope } = self.registration;
  // The one looked at last comes first.
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const page = pages.find(({ url }) => url.startsWith(scope));
  await (page?.focus() ?? self.clients.openWindow(scope));
}
