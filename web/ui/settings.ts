/**
 * What somebody has chosen for this browser, kept in its localStorage: never anything of a chat.
 * The theme is put on the page elsewhere before all this is there: see theme.ts.
 */
import { signal, type ReadonlySignal } from '@preact/signals-core';
import { browserEnvironment } from './browser-environment.ts';
import { SETTINGS_KEY, showTheme, type Theme } from './theme.ts';

export interface Settings {
  theme: Theme;
  /** Null until they were offered; false is "Not now". */
  alerts: boolean | null;
  sound: boolean;
  /** Alerts also while the page is closed. */
  push: boolean;
}

const { storage } = browserEnvironment;
const chosen = signal<Settings>({
  theme: 'system',
  alerts: null,
  sound: false,
  push: false,
  ...read(),
});

export const settings: ReadonlySignal<Settings> = chosen;

export function changeSettings(changes: Partial<Settings>): void {
  take(changes);
  try {
    storage.setItem(SETTINGS_KEY, JSON.stringify(chosen.value));
  } catch {
    // Full: they hold for this page.
  }
}

// What is chosen in another tab.
addEventListener('storage', ({ key }) => key === SETTINGS_KEY && take(read()));

function take(changes: Partial<Settings>): void {
  chosen.value = { ...chosen.value, ...changes };
  document.querySelectorAll<HTMLMetaElement>('meta[media]').forEach((meta, index) => {
    meta.media = `(prefers-color-scheme: ${index === 0 ? 'light' : 'dark'})`;
  });
  showTheme(chosen.value.theme);
}

function read(): Partial<Settings> {
  try {
    // as: only this page writes there; what is no setting is never asked for.
    return JSON.parse(storage.getItem(SETTINGS_KEY) ?? '{}') as Partial<Settings>;
  } catch {
    return {};
  }
}
