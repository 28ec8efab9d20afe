/** Words with a remaining time in them: shown anew every second, told only now and then. */
import { useEffect, useRef, useState } from 'preact/hooks';

interface CountdownProps {
  /** On the clock of `now`. */
  until: number;
  now: () => number;
  children: (leftMs: number) => string;
  /** In place of what is shown, for who would hear it tick. */
  told?: (leftMs: number) => string;
}

export function Countdown({ until, now, children, told }: CountdownProps) {
  const left = useTimeLeft(until, now);
  const toldLeft = useToldTime(left);
  if (told === undefined) return <>{children(left)}</>;
  return (
    <>
      <span aria-hidden="true">{children(left)}</span>
      <span class="sr-only">{told(toldLeft)}</span>
    </>
  );
}

/** The time left when it was last worth a word: at first, at two minutes, at thirty seconds. */
export function useToldTime(left: number): number {
  const told = useRef(left);
  if (stepOf(left) !== stepOf(told.current)) told.current = left;
  return told.current;
}

function stepOf(left: number): number {
  return left > 120_000 ? 0 : left > 30_000 ? 1 : 2;
}

/** Milliseconds until `until`, never below zero, renewed when the shown second changes. */
export function useTimeLeft(until: number, now: () => number): number {
  const [, renew] = useState(0);
  const left = Math.max(0, until - now());
  useEffect(() => {
    if (left === 0) return undefined;
    const timer = setTimeout(() => renew((count) => count + 1), left % 1000 || 1000);
    return () => clearTimeout(timer);
  });
  return left;
}
