import { describe, expect, it } from 'vitest';
import {
  bareType,
  formatElapsed,
  voiceLimit,
  voiceName,
  voiceProblem,
  voiceType,
} from '../../../web/ui/voice-rules.ts';

const MINUTE = 60_000;
const MIB = 1024 * 1024;

describe('the type', () => {
  it.each<[string[], string | null]>([
    [['audio/webm;codecs=opus', 'audio/mp4'], 'audio/webm;codecs=opus'],
    [['audio/mp4'], 'audio/mp4'],
    [['audio/ogg;codecs=opus'], 'audio/ogg;codecs=opus'],
    [[], null],
  ])('of %j is %s', (recorded, type) => {
    expect(voiceType((one) => recorded.includes(one))).toBe(type);
  });

  it('of the file says no codecs', () => {
    expect(bareType('audio/webm;codecs=opus')).toBe('audio/webm');
    expect(bareType('audio/mp4')).toBe('audio/mp4');
  });
});

describe('a recording ends by itself', () => {
  it.each([
    [0, 0, MIB, null],
    [4.9 * MINUTE, MIB / 2, MIB, null],
    [5 * MINUTE, MIB / 2, MIB, 'long'],
    // What is still to come has to fit too.
    [MINUTE, MIB - 16 * 1024, MIB, null],
    [MINUTE, MIB - 16 * 1024 + 1, MIB, 'large'],
    [5 * MINUTE, MIB, MIB, 'large'],
    [0, 0, 0, 'large'],
  ])('after %i ms, with %i bytes of %i: %s', (elapsedMs, bytes, maxBytes, limit) => {
    expect(voiceLimit(elapsedMs, bytes, maxBytes)).toBe(limit);
  });
});

describe('what the browser refuses with', () => {
  it.each([
    [new DOMException('', 'NotAllowedError'), 'denied'],
    [new DOMException('', 'SecurityError'), 'denied'],
    [new DOMException('', 'NotFoundError'), 'missing'],
    [new DOMException('', 'NotReadableError'), 'busy'],
    [new TypeError(), 'busy'],
    ['a text', 'busy'],
  ])('%s: %s', (error, problem) => expect(voiceProblem(error)).toBe(problem));
});

describe('the name', () => {
  const named = (when: string) => `Voice message ${when}`;

  it.each([
    [new Date(2026, 10, 28, 14, 5), 'audio/webm', 'Voice message 2026-11-28 14.05.webm'],
    [new Date(2026, 0, 2, 3, 4), 'audio/mp4', 'Voice message 2026-01-02 03.04.m4a'],
    [new Date(2026, 0, 2, 23, 59), 'audio/ogg', 'Voice message 2026-01-02 23.59.ogg'],
  ])('at %s as %s', (at, type, name) => expect(voiceName(named, at, type)).toBe(name));
});

it.each([
  [0, '0:00'],
  [999, '0:00'],
  [7_000, '0:07'],
  [299_999, '4:59'],
])('%i ms that have passed are %s', (ms, text) => expect(formatElapsed(ms)).toBe(text));
