/**
 * Voice messages of a chat: what is recorded becomes one of the files that wait to be sent, and is
 * sent from there; at once where that was asked for.
 */
import { computed, signal, type ReadonlySignal } from '@preact/signals-core';
import type { SessionLimits } from '../../server/protocol/frames.ts';
import type { PreparedFile } from '../core/file-sending.ts';
import { filesText } from './catalogue/files-catalogue.ts';
import type { FileTrayState } from './file-tray.ts';
import { createVoiceRecorder, recordedType, type Recorded } from './voice-recorder.ts';
import { voiceName } from './voice-rules.ts';

interface ChatVoiceOptions {
  now: () => number;
  limits: ReadonlySignal<SessionLimits | null>;
  tray: FileTrayState;
  /** Whoever it is for has been here. */
  isMet: ReadonlySignal<boolean>;
  send: (files: PreparedFile[]) => void;
}

/** Shorter is a slip: Esc leaves nothing of it. */
const SLIP_MS = 1_000;
/** What was told is not to be found, or heard, a second time. */
const TOLD_MS = 5_000;

export type ChatVoice = ReturnType<typeof createChatVoice>;

export function createChatVoice({ now, limits, tray, isMet, send }: ChatVoiceOptions) {
  const words = filesText.voice;
  /** For those who do not see it: what has become of the recording. */
  const told = signal('');
  let timer: ReturnType<typeof setTimeout> | undefined;
  const recorder = createVoiceRecorder({
    ...{ now, maxBytes: room },
    onRecorded: (recorded) => void keep(recorded),
  });
  const { state } = recorder;

  function tell(news: string): void {
    told.value = news;
    clearTimeout(timer);
    timer = setTimeout(() => (told.value = ''), TOLD_MS);
  }

  function room(): number {
    const { left } = tray.state.value;
    return Math.min(limits.value?.fileBytes ?? 0, left?.bytes ?? 0);
  }

  async function keep({ sound, durationMs, end }: Recorded): Promise<void> {
    const name = voiceName(words.name, new Date(), sound.type);
    const file = new File([sound], name, { type: sound.type });
    const isAsked = end === 'stopped' || end === 'sent';
    // What cannot go yet says so, where it is.
    const isSent = end === 'sent' && isMet.value;
    tell(isSent ? words.sent : isAsked ? words.stopped : words.ended[end]);
    const id = await tray.addVoice(file, { durationMs, note: isAsked ? null : words.ended[end] });
    if (isSent) send(tray.take(id));
  }

  function discard(): void {
    recorder.discard();
    tell(words.deleted);
  }

  return {
    now,
    state,
    told,
    problem: recorder.problem,
    /** The browser records, and the server takes files. */
    isOffered: computed(() => recordedType() !== null && (limits.value?.files ?? 0) > 0),

    async start(): Promise<void> {
      tell('');
      await recorder.start();
      if (state.value.state === 'recording') tell(words.recording);
    },
    stop: () => recorder.stop(),
    send: () => recorder.send(),
    discard,

    /** Esc: nothing that somebody has said is lost by it. */
    leave(): void {
      if (state.value.state !== 'recording') return;
      if (now() - state.value.startedAt < SLIP_MS) discard();
      else recorder.stop();
    },

    close: () => recorder.close(),
  };
}
