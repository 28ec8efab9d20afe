/** What a voice message is made of, when it has to end, and what it is called. Pure. */
import { formatCountdown } from './durations.ts';

/** Speech, and no more of it than that needs. */
export const VOICE_BITS_PER_SECOND = 32_000;
/** The texts say it too. */
export const MAX_VOICE_RECORDING_MS = 5 * 60 * 1_000;
/** A recording comes in pieces: for those that are still to come when the limit is near. */
const RESERVE_BYTES = 16 * 1_024;

/** The first that the browser records. MP4 is what Safari has. */
const TYPES = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'];
const ENDINGS: Readonly<Record<string, string>> = { 'audio/mp4': 'm4a' };

/** Why a recording ends by itself: five minutes, or the size of a file. */
export type VoiceLimit = 'long' | 'large';

/** Why there is no recording. */
export type VoiceProblem = 'denied' | 'missing' | 'busy';

/** Null where none is recorded. */
export function voiceType(isSupported: (type: string) => boolean): string | null {
  return TYPES.find(isSupported) ?? null;
}

/** `maxBytes`: more than that is not taken. */
export function voiceLimit(elapsedMs: number, bytes: number, maxBytes: number): VoiceLimit | null {
  if (bytes + RESERVE_BYTES > maxBytes) return 'large';
  return elapsedMs >= MAX_VOICE_RECORDING_MS ? 'long' : null;
}

/** `error`: what getUserMedia, or a recorder, was refused with. */
export function voiceProblem(error: unknown): VoiceProblem {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  return name === 'NotFoundError' ? 'missing' : 'busy';
}

/** "Voice message 2026-11-28 14.05.webm": local time, and nothing that a file's name cannot have. */
export function voiceName(named: (when: string) => string, at: Date, type: string): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  const mime = bareType(type);
  const ending = ENDINGS[mime] ?? mime.replace('audio/', '');
  return `${named(`${day} ${two(at.getHours())}.${two(at.getMinutes())}`)}.${ending}`;
}

/** What has passed, as 0:07; rounds down. */
export function formatElapsed(ms: number): string {
  return formatCountdown(Math.floor(ms / 1_000) * 1_000);
}

/** Without its codecs. */
export function bareType(type: string): string {
  return type.replace(/;.*/, '');
}
