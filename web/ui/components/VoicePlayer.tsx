/** Plays a voice message: the browser's own player. */
import { filesText } from '../catalogue/files-catalogue.ts';
import { formatElapsed } from '../voice-rules.ts';

interface VoicePlayerProps {
  url: string;
  /** As its sender says. */
  durationMs: number;
}

export function VoicePlayer({ url, durationMs }: VoicePlayerProps) {
  return (
    // oxlint-disable-next-line jsx-a11y/media-has-caption -- nobody has written down what was said
    <audio
      controls
      src={url}
      aria-label={filesText.voice.player(formatElapsed(durationMs))}
      onLoadedMetadata={({ currentTarget }) => findEnd(currentTarget)}
    />
  );
}

/** What browsers record does not say how long it is. They learn that when they come to its end. */
function findEnd(audio: HTMLAudioElement): void {
  if (audio.duration !== Infinity) return;
  audio.addEventListener('durationchange', () => (audio.currentTime = 0), { once: true });
  audio.currentTime = Number.MAX_SAFE_INTEGER;
}
