/** The last minutes of a chat: a countdown, the button against it where one helps, and its speech. */
import type { Expiry } from '../../core/chat-view.ts';
import { chatText } from '../catalogue/chat-catalogue.ts';
import { formatCountdown, formatDuration } from '../durations.ts';
import { useReached } from '../lasting.ts';
import { Banner } from './Banner.tsx';
import { useTimeLeft, useToldTime } from './Countdown.tsx';

interface SpokenTimeProps {
  expiry: Expiry;
  other: string;
  now: () => number;
}

interface TimeBannerProps extends SpokenTimeProps {
  keep: () => void;
}

export function TimeBanner(props: TimeBannerProps) {
  return useIsNear(props) ? <RunningOut {...props} /> : null;
}

/** The words alone, for a live region: they change when two minutes and thirty seconds are reached. */
export function SpokenTime(props: SpokenTimeProps) {
  return useIsNear(props) ? <ToldTime {...props} /> : null;
}

function useIsNear({ expiry: { deadline, warnMs }, now }: SpokenTimeProps): boolean {
  return useReached(deadline - warnMs, now);
}

function RunningOut({ expiry, other, now, keep }: TimeBannerProps) {
  const left = useTimeLeft(expiry.deadline, now);
  const action = expiry.by === 'silence' && (
    <button type="button" class="button" onClick={keep}>
      {chatText.keep}
    </button>
  );
  return (
    <Banner tone="warn" action={action}>
      {wordsOf(expiry, other, formatCountdown(left))}
    </Banner>
  );
}

function ToldTime({ expiry, other, now }: SpokenTimeProps) {
  const told = useToldTime(useTimeLeft(expiry.deadline, now));
  return told > 120_000 ? null : <>{wordsOf(expiry, other, formatDuration(told))}</>;
}

function wordsOf({ by }: Expiry, other: string, left: string): string {
  if (by === 'silence') return chatText.endsIn(left);
  return by === 'limit' ? chatText.limitIn(left) : chatText.linkIn(left, other);
}
