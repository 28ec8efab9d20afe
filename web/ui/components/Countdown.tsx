/** Words with a remaining time in them, told anew every second. Does not speak by itself. */
import { useEffect, useState } from 'preact/hooks';

interface CountdownProps {
  /** On the clock of `now`. */
  until: number;
  now: () => number;
  children: (leftMs: number) => string;
}

export function Countdown({ until, now, children }: CountdownProps) {
  return <>{children(useTimeLeft(until, now))}</>;
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
