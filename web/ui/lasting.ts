/** Hooks that let what flickers pass by: only what lasts is shown. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { PeerStatus } from '../core/chat-view.ts';

/** True once `condition` has held for `delayMs`; false at once when it ends. */
export function useLasting(condition: boolean, delayMs: number): boolean {
  const [lasts, setLasts] = useState(false);
  useEffect(() => {
    if (!condition) {
      setLasts(false);
      return undefined;
    }
    const timer = setTimeout(() => setLasts(true), delayMs);
    return () => clearTimeout(timer);
  }, [condition, delayMs]);
  return condition && lasts;
}

/** A reload of the other's page takes them away for a moment: not worth a word. */
const AWAY_AFTER_MS = 3000;

export function useSteadyPeer(peer: PeerStatus): PeerStatus {
  const shown = useRef(peer);
  const leaves = shown.current.state === 'online' && peer.state === 'offline';
  const isGone = useLasting(leaves, AWAY_AFTER_MS);
  if (!leaves || isGone) shown.current = peer;
  return shown.current;
}

/** Renders again when `at` is reached on the clock of `now`; whether it was. */
export function useReached(at: number, now: () => number): boolean {
  const [, renew] = useState(0);
  const left = at - now();
  useEffect(() => {
    if (left <= 0) return undefined;
    const timer = setTimeout(() => renew((count) => count + 1), Math.min(left, MAX_TIMER_MS));
    return () => clearTimeout(timer);
  });
  return left <= 0;
}

// Beyond this a timer fires at once.
const MAX_TIMER_MS = 2 ** 31 - 1;
