/**
 * Lengths of time as people read them. Pure but for the locale; the words come from the catalogue.
 */
import { text } from './catalogue/catalogue.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What is left, as 4:59 or 1:04:59; rounds up, so 0:00 means over. */
export function formatCountdown(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / SECOND));
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const tail = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${tail}` : `${minutes}:${tail}`;
}

/** "30 minutes", "2 hours": the largest unit that is exact, or nearly so. */
export function formatDuration(ms: number): string {
  const { seconds, minutes, hours, days } = text.duration;
  if (ms < 1.5 * MINUTE) return ms === MINUTE ? minutes(1) : seconds(Math.round(ms / SECOND));
  if (ms < 1.5 * HOUR) return ms === HOUR ? hours(1) : minutes(Math.round(ms / MINUTE));
  if (ms < 2 * DAY) return ms === DAY ? hours(24) : hours(Math.round(ms / HOUR));
  return days(Math.round(ms / DAY));
}

/** The same where room is short: "30 min". */
export function formatDurationShort(ms: number): string {
  const isMinutes = ms >= 1.5 * MINUTE && ms < 1.5 * HOUR && ms !== HOUR;
  return isMinutes ? text.duration.minutesShort(Math.round(ms / MINUTE)) : formatDuration(ms);
}
