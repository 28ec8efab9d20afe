/** The button that records a voice message and, while it does, what stands in the field's place. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { filesText } from '../catalogue/files-catalogue.ts';
import type { ChatFiles } from '../chat-files.ts';
import type { ChatVoice } from '../chat-voice.ts';
import { useLive } from '../live-value.ts';
import { formatElapsed } from '../voice-rules.ts';
import { Icon } from './Icon.tsx';

const MICROPHONE =
  'M12 3.5a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0v-5a3 3 0 0 0-3-3ZM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3';
const STOP = 'M7 7h10v10H7Z';
const BIN = 'M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 12.5h9l1-12.5';

/** What Esc closes first. */
const ABOVE = '.menu-list, dialog[open]';

export function VoiceRecorder({ files }: { files: ChatFiles }) {
  const { voice } = files;
  const { state } = useLive(voice.state);
  const isOffered = useLive(voice.isOffered);
  const told = useLive(voice.told);
  const wasRecording = useRef(false);
  useLayoutEffect(() => {
    // The bar has gone, and the focus with it.
    if (wasRecording.current && document.activeElement === document.body) files.goOn();
    wasRecording.current = state === 'recording';
  }, [state]);
  if (!isOffered) return <div class="recorder" hidden />;
  return (
    <div class="recorder">
      {state === 'recording' ? (
        <RecordingBar voice={voice} />
      ) : (
        <PlainButton
          label={filesText.voice.record}
          path={MICROPHONE}
          onPress={() => void voice.start()}
        />
      )}
      <output class="sr-only">{told}</output>
    </div>
  );
}

function RecordingBar({ voice }: { voice: ChatVoice }) {
  const words = filesText.voice;
  const send = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => send.current?.focus(), []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || document.querySelector(ABOVE)) return;
      // What is answered stays so.
      event.stopPropagation();
      voice.leave();
    };
    addEventListener('keydown', onKey, { capture: true });
    return () => removeEventListener('keydown', onKey, { capture: true });
  }, []);
  return (
    <fieldset class="recording" aria-label={words.recording}>
      <PlainButton label={words.discard} path={BIN} onPress={voice.discard} />
      <span class="recording-dot" />
      <Elapsed voice={voice} />
      <PlainButton label={words.stop} path={STOP} onPress={voice.stop} />
      <button
        ref={send}
        type="button"
        class="button button-main button-round"
        aria-label={words.send}
        onClick={voice.send}
      >
        <Icon name="send" size={22} />
      </button>
    </fieldset>
  );
}

interface PlainButtonProps {
  label: string;
  path: string;
  onPress: () => void;
}

function PlainButton({ label, path, onPress }: PlainButtonProps) {
  return (
    <button
      type="button"
      class="button button-round button-plain"
      aria-label={label}
      onClick={onPress}
    >
      <Icon path={path} size={22} />
    </button>
  );
}

/** Of a timer nobody is told each second. */
function Elapsed({ voice }: { voice: ChatVoice }) {
  const [, renew] = useState(0);
  const state = useLive(voice.state);
  const elapsed = () => (state.state === 'recording' ? voice.now() - state.startedAt : 0);
  useEffect(() => {
    const timer = setTimeout(() => renew((count) => count + 1), 1000 - (elapsed() % 1000));
    return () => clearTimeout(timer);
  });
  return (
    <span class="recording-time" role="timer">
      {formatElapsed(elapsed())}
    </span>
  );
}
