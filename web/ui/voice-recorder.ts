/**
 * The microphone, while a voice message is recorded: asked for when told to, and let go of in the
 * same moment in which recording ends, whatever ends it. Knows nothing of chats, nor of what
 * becomes of the recording.
 */
import { signal, type ReadonlySignal } from '@preact/signals-core';
import {
  bareType,
  VOICE_BITS_PER_SECOND,
  voiceLimit,
  voiceProblem,
  voiceType,
  type VoiceLimit,
  type VoiceProblem,
} from './voice-rules.ts';

/** `startedAt`: on the clock that was handed in. */
export type VoiceState =
  | { state: 'idle' }
  | { state: 'asking' }
  | { state: 'recording'; startedAt: number };

/** By a press, by a limit, or because the microphone or the page was taken away. */
export type VoiceEnd = 'stopped' | 'sent' | VoiceLimit | 'interrupted';

export interface Recorded {
  sound: Blob;
  durationMs: number;
  end: VoiceEnd;
}

interface VoiceRecorderOptions {
  now: () => number;
  /** The largest file there is room for. */
  maxBytes: () => number;
  onRecorded: (recorded: Recorded) => void;
}

/** So often a piece of the recording is handed over. */
const PIECE_MS = 1_000;
const IDLE: VoiceState = { state: 'idle' };

export type VoiceRecorder = ReturnType<typeof createVoiceRecorder>;

/** What this browser records; null where it does not, as on a page that others could listen to. */
export function recordedType(): string | null {
  if (!('mediaDevices' in navigator && 'MediaRecorder' in globalThis)) return null;
  return voiceType((type) => MediaRecorder.isTypeSupported(type));
}

export function createVoiceRecorder({ now, maxBytes, onRecorded }: VoiceRecorderOptions) {
  const state = signal<VoiceState>(IDLE);
  const problem = signal<VoiceProblem | null>(null);
  const shown: ReadonlySignal<VoiceState> = state;
  let isClosed = false;
  /** Null throws it away. */
  let finish: (end: VoiceEnd | null) => void = () => {};

  async function start(): Promise<void> {
    if (state.value.state !== 'idle') return;
    problem.value = null;
    state.value = { state: 'asking' };
    let stream: MediaStream | null = null;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
      if (isClosed) letGo(stream);
      else record(stream);
    } catch (error) {
      if (stream) letGo(stream);
      state.value = IDLE;
      problem.value = voiceProblem(error);
    }
  }

  function record(stream: MediaStream): void {
    const recorder = new MediaRecorder(stream, {
      mimeType: recordedType() ?? '',
      audioBitsPerSecond: VOICE_BITS_PER_SECOND,
    });
    const pieces: Blob[] = [];
    const startedAt = now();
    let bytes = 0;
    let ended: { end: VoiceEnd | null; at: number } | null = null;
    finish = (end) => {
      if (recorder.state === 'inactive') return;
      ended = { end, at: now() };
      recorder.stop();
      letGo(stream);
    };
    recorder.addEventListener('dataavailable', ({ data }) => {
      pieces.push(data);
      bytes += data.size;
      const limit = voiceLimit(now() - startedAt, bytes, maxBytes());
      if (limit !== null) finish(limit);
    });
    // Also where the system ends it: for a call, or because the microphone was pulled out.
    recorder.addEventListener('stop', () => {
      letGo(stream);
      finish = () => {};
      state.value = IDLE;
      const { end, at } = ended ?? { end: 'interrupted', at: now() };
      if (end === null || bytes === 0) return;
      const sound = new Blob(pieces, { type: bareType(recorder.mimeType) });
      onRecorded({ sound, durationMs: Math.max(1, Math.round(at - startedAt)), end });
    });
    recorder.start(PIECE_MS);
    state.value = { state: 'recording', startedAt };
  }

  const listening = new AbortController();
  addEventListener('pagehide', () => finish('interrupted'), { signal: listening.signal });

  return {
    state: shown,
    problem,
    /** Asks for the microphone; again while it is asked for, or in use, nothing happens. */
    start,
    stop: () => finish('stopped'),
    send: () => finish('sent'),
    /** Nothing of it stays. */
    discard: () => finish(null),

    close(): void {
      isClosed = true;
      listening.abort();
      finish(null);
    },
  };
}

function letGo(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
