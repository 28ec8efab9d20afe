/**
 * Times and days of messages as people read them, in the digits and order of their language. Only a
 * chat needs them. Pure but for the locale.
 */
import { text } from './catalogue/catalogue.ts';
import { chatText } from './catalogue/chat-catalogue.ts';

const DAY = 24 * 60 * 60 * 1000;

// The reader's own forms, where they read the page in their language; else its language's.
export const locale =
  navigator.languages.find((tag) => tag.split('-')[0] === text.language) ?? text.language;
const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
const sameYear = new Intl.DateTimeFormat(locale, {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
});
const otherYear = new Intl.DateTimeFormat(locale, { dateStyle: 'long' });
const shortDay = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });

/** 14:05 */
export function formatTime(at: number): string {
  return clock.format(at);
}

/** "Today", "Yesterday", else the date. */
export function formatDay(at: number, now: number): string {
  const age = daysBetween(at, now);
  if (age === 0) return chatText.today;
  if (age === 1) return chatText.yesterday;
  const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return (isThisYear ? sameYear : otherYear).format(at);
}

/** 14:05, with the date in front once it is another day. */
export function formatMoment(at: number, now: number): string {
  return isSameDay(at, now) ? formatTime(at) : `${shortDay.format(at)}, ${formatTime(at)}`;
}

export function isSameDay(one: number, other: number): boolean {
  // Cheaper than their texts: hundreds of messages are compared for each that comes.
  return Math.abs(one - other) < 2 * DAY && new Date(one).getDate() === new Date(other).getDate();
}

/** Whole calendar days; noon, so that a day of 23 or 25 hours does not count twice. */
function daysBetween(earlier: number, later: number): number {
  return Math.round((new Date(later).setHours(12) - new Date(earlier).setHours(12)) / DAY);
}

export function msUntilMidnight(now: number): number {
  return new Date(now).setHours(24, 0, 0, 0) - now;
}
