/**
 * The worker of the page, at its root: it lets a link open where there is no network, and alerts
 * where no page is open. It never sees what is said in a chat, nor any link.
 */
import { followAlert, showAlert } from './alerts.ts';
import { createShell } from './shell.ts';

declare const self: ServiceWorkerGlobalScope;

const shell = createShell(self.registration.scope);

self.addEventListener('install', (event) => event.waitUntil(shell.keep()));

// Not before the last page of the version before is closed: until then its files stay, since it
// may yet ask for some of them. A new page needs none of this, it comes from the network.
self.addEventListener('activate', (event) =>
  event.waitUntil(shell.dropOthers().then(() => self.clients.claim())),
);

self.addEventListener('fetch', (event) => {
  const answer = shell.answer(event.request);
  if (answer !== null) event.respondWith(answer);
});

self.addEventListener('push', (event) => event.waitUntil(showAlert()));

self.addEventListener('notificationclick', (event) =>
  event.waitUntil(followAlert(event.notification)),
);
