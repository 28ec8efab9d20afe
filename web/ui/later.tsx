/** A screen whose chunk has yet to come: nothing in the moment before, and words when it fails. */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { WaitingPage } from './pages/Waiting.tsx';

interface LaterProps<T> {
  load: () => Promise<T>;
  children: (parts: T) => ComponentChildren;
}

export function Later<T>({ load, children }: LaterProps<T>) {
  const [parts, setParts] = useState<{ loaded: T } | null>(null);
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => {
    load().then(
      (loaded) => setParts({ loaded }),
      () => setFailed(true),
    );
  }, []);
  if (hasFailed) return <WaitingPage reason="not_loaded" />;
  return parts && <>{children(parts.loaded)}</>;
}
