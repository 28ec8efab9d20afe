/** The tab: how much is unread, and never a name or a word of the chat. */
import { useEffect } from 'preact/hooks';
import { text } from './catalogue/catalogue.ts';
import { useLasting } from './lasting.ts';

/** What is read as it comes is not counted first. */
const UNREAD_AFTER_MS = 400;

export function useUnreadTitle(unread: number): void {
  const count = useLasting(unread > 0, UNREAD_AFTER_MS) ? unread : 0;
  useEffect(() => {
    show(count);
    return () => show(0);
  }, [count]);
}

function show(count: number): void {
  document.title = text.title(count);
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (icon) icon.href = icon.href.replace(/(-unread)?\.svg/, count > 0 ? '-unread.svg' : '.svg');
}
