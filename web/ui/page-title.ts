/** The tab: how much is unread, and never a name or a word of the chat. */
import { text } from './catalogue/catalogue.ts';

export function showUnread(count: number): void {
  document.title = text.title(count);
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const name = count > 0 ? 'favicon-unread.svg' : 'favicon.svg';
  if (icon !== null && !icon.href.endsWith(`/${name}`))
    icon.href = icon.href.replace(/[^/]+$/, name);
}
