/**
 * Times and lengths of time as people read them, in their own locale's digits and order.
 * Pure but for the locale; the words come from the catalogue.
 */
import { text } from './catalogue/catalogue.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });
const sameYear = new Intl.DateTimeFormat(undefined, {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
});
const otherYear = new Intl.DateTimeFormat(undefined, { dateStyle: 'long' });
const shortDay = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

/** 14:05 */
export function formatTime(at: number): string {
  return clock.format(at);
}

export function formatFullDate(at: number): string {
  return full.format(at);
}

/** "Today", "Yesterday", else the date. */
export function formatDay(at: number, now: number): string {
  const age = daysBetween(at, now);
  if (age === 0) return text.day.today;
  if (age === 1) return text.day.yesterday;
  const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return (isThisYear ? sameYear : otherYear).format(at);
}

/** 14:05, with the date in front once it is another day. */
export function formatMoment(at: number, now: number): string {
  return isSameDay(at, now) ? formatTime(at) : `${shortDay.format(at)}, ${formatTime(at)}`;
}

export function isSameDay(one: number, other: number): boolean {
  return new Date(one).toDateString() === new Date(other).toDateString();
}

/** Whole calendar days; noon, so that a day of 23 or 25 hours does not count twice. */
function daysBetween(earlier: number, later: number): number {
  return Math.round((new Date(later).setHours(12) - new Date(earlier).setHours(12)) / DAY);
}

export function msUntilMidnight(now: number): number {
  return new Date(now).setHours(24, 0, 0, 0) - now;
}

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
