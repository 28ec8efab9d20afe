/** The time of this day, renewed when the day changes: "Today" becomes "Yesterday" by itself. */
import { useEffect, useState } from 'preact/hooks';
import { msUntilMidnight } from './dates.ts';

export function useToday(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setTimeout(() => setNow(Date.now()), msUntilMidnight(Date.now()) + 1000);
    return () => clearTimeout(timer);
  }, [now]);
  return now;
}
