/** The h1 of a screen. Takes the focus when the screen comes, but not when the page itself loads. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

let isFirstScreen = true;

interface HeadingProps {
  /** For who hears it alone, where what is shown says too little. */
  label?: string;
  children: ComponentChildren;
}

export function Heading({ label, children }: HeadingProps) {
  const element = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!isFirstScreen) element.current?.focus({ preventScroll: true });
    isFirstScreen = false;
  }, []);
  return (
    <h1 ref={element} tabIndex={-1} aria-label={label}>
      <bdi>{children}</bdi>
    </h1>
  );
}
