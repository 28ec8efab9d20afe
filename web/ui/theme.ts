/** Light, dark, or as the system is: put on the page before it is painted. */
export type Theme = 'system' | 'light' | 'dark';

export const SETTINGS_KEY = 'duologue:settings';

/** As chosen in this browser, if it was. */
export function showChosenTheme(): void {
  try {
    // as: only settings.ts writes there
    showTheme((JSON.parse(localStorage[SETTINGS_KEY] as string) as { theme: Theme }).theme);
  } catch {
    // Nothing chosen, or storage is forbidden.
  }
}

/** From the system's to one of its own; also in the browser's bars around the page. */
export function showTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
  if (theme === 'system') return;
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[media]')) {
    meta.media = meta.media.includes(theme) ? 'all' : 'not all';
  }
}
