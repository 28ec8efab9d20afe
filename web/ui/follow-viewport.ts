/**
 * While a keyboard is up, the height that is left as --vv, for browsers that lay the keyboard over
 * the page. Returns how to stop.
 */
export function followViewport(): () => void {
  const viewport = window.visualViewport;
  if (viewport === null) return () => {};
  const { style } = document.documentElement;
  const follow = () => {
    const covered = viewport.scale === 1 && window.innerHeight - viewport.height > 1;
    if (covered) style.setProperty('--vv', `${viewport.height}px`);
    else style.removeProperty('--vv');
    // iOS scrolls the whole page up to the field; the chat stands still instead.
    if (covered && viewport.offsetTop > 0) window.scrollTo(0, 0);
  };
  viewport.addEventListener('resize', follow);
  viewport.addEventListener('scroll', follow);
  follow();
  return () => {
    viewport.removeEventListener('resize', follow);
    viewport.removeEventListener('scroll', follow);
    style.removeProperty('--vv');
  };
}
