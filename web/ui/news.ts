/**
 * Tells of new messages while nobody looks: an alert without a word of the chat, a number at the
 * app's icon, a tone. All of it goes as soon as the messages are read, or the chat is over here.
 */
import { text } from './catalogue/catalogue.ts';
import { extrasText } from './catalogue/extras-catalogue.ts';
import { PUSH_TAG } from '../worker/alert-words.ts';
import { changeSettings, settings } from './settings.ts';
import { playTone } from './tone.ts';

export function hasAlerts(): boolean {
  return 'Notification' in window;
}

/** They are also not forbidden here. */
export function canAlert(): boolean {
  return hasAlerts() && Notification.permission !== 'denied';
}

/** The browser asks, if it has to: so only after a press. */
export async function turnOnAlerts(): Promise<void> {
  const permission = await Notification.requestPermission();
  if (permission !== 'default') changeSettings({ alerts: permission === 'granted' });
}

export interface News {
  /** How much is unread now; more than before is news. */
  count: (unread: number) => void;
  end: () => void;
}

/** `unread`: of which nothing is told any more. */
export function createNews(sid: string, unread: number): News {
  const tag = `${PUSH_TAG}:${sid}`;
  let before = unread;
  let alert: Closable | null = null;

  function close(): void {
    alert?.close();
    alert = null;
    // Of a page that was here before this one, on a phone.
    void closeByWorker(tag);
  }

  return {
    count(unread) {
      const hasCome = unread > before && !isLooking();
      before = unread;
      showBadge(unread);
      if (unread === 0) close();
      // What came while no page was open is seen by whoever looks here.
      if (unread === 0 && isLooking()) void closeByWorker(PUSH_TAG);
      if (!hasCome) return;
      if (settings.value.sound) playTone();
      if (settings.value.alerts === true && canAlert()) alert = showAlert(tag);
    },
    end() {
      close();
      showBadge(0);
    },
  };
}

function isLooking(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}

type Closable = Pick<Notification, 'close'>;

/** In place of the one before with the same tag. */
function showAlert(tag: string): Closable {
  const title = text.title(0);
  const options = { body: extrasText.alerts.body, tag, silent: true };
  try {
    const alert = new Notification(title, options);
    alert.addEventListener('click', () => {
      window.focus();
      alert.close();
    });
    return alert;
  } catch {
    // On phones a page may not, only its worker.
    const shown = navigator.serviceWorker.ready
      .then((registration) => registration.showNotification(title, options))
      .catch(() => {});
    return { close: () => void shown.then(() => closeByWorker(tag)) };
  }
}

async function closeByWorker(tag: string): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const registration = await navigator.serviceWorker.getRegistration().catch(() => undefined);
  const alerts = (await registration?.getNotifications({ tag }).catch(() => [])) ?? [];
  for (const alert of alerts) alert.close();
}

/** Where the app is installed. */
function showBadge(count: number): void {
  if (settings.value.alerts !== true || !('setAppBadge' in navigator)) return;
  navigator.setAppBadge(count).catch(() => {});
}
