/**
 * What has the focus may disappear by what somebody else does: a message is removed, somebody
 * comes. Then the focus goes to where the chat goes on, not to nowhere.
 */
import { goOn } from './touch.ts';

export function keepFocus(): () => void {
  let last: Element | null = null;
  const onFocus = ({ target }: FocusEvent) => {
    last = target instanceof Element ? target : null;
  };
  const watch = new MutationObserver(() => {
    if (!last || last.isConnected || document.activeElement !== document.body) return;
    last = null;
    goOn();
  });
  addEventListener('focusin', onFocus);
  watch.observe(document.body, { childList: true, subtree: true });
  return () => {
    removeEventListener('focusin', onFocus);
    watch.disconnect();
  };
}
