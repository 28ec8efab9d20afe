/** The last minutes of a chat: a countdown, and the button against it where one helps. */
import { useRef } from 'preact/hooks';
import type { Expiry } from '../../core/chat-view.ts';
import { chatText } from '../catalogue/chat-catalogue.ts';
import { formatCountdown, formatDuration } from '../durations.ts';
import { useReached } from '../lasting.ts';
import { Banner } from './Banner.tsx';
import { useTimeLeft } from './Countdown.tsx';

interface TimeBannerProps {
  expiry: Expiry;
  other: string;
  now: () => number;
  keep: () => void;
}

export function TimeBanner({ expiry, ...props }: TimeBannerProps) {
  const isNear = useReached(expiry.deadline - expiry.warnMs, props.now);
  return isNear ? <RunningOut expiry={expiry} {...props} /> : null;
}

function RunningOut({ expiry: { deadline, by }, other, now, keep }: TimeBannerProps) {
  const left = useTimeLeft(deadline, now);
  const words = (time: string) => {
    if (by === 'silence') return chatText.endsIn(time);
    return by === 'limit' ? chatText.limitIn(time) : chatText.linkIn(time, other);
  };
  const action = by === 'silence' && (
    <button type="button" class="button" onClick={keep}>
      {chatText.keep}
    </button>
  );
  return (
    <>
      <Banner tone="warn" action={action}>
        {words(formatCountdown(left))}
      </Banner>
      <output class="sr-only">{useSpokenTime(left, words)}</output>
    </>
  );
}

/** Changes, and so is spoken, only when two minutes and thirty seconds are reached. */
function useSpokenTime(left: number, words: (time: string) => string): string {
  const spoken = useRef({ step: 0, words: '' });
  const step = left > 120_000 ? 0 : left > 30_000 ? 1 : 2;
  if (step !== spoken.current.step) {
    spoken.current = { step, words: step === 0 ? '' : words(formatDuration(left)) };
  }
  return spoken.current.words;
}
