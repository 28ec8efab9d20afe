/**
 * What a terminal says of a chat, in words: everything in it that somebody else has chosen has been
 * made harmless (terminal-text.ts).
 */
import { assertNever } from '../../server/protocol/errors.ts';
import type {
  Chat,
  ConnectionStatus,
  Delivery,
  EndedChat,
  MessageItem,
  Notices,
  PeerStatus,
} from '../../web/core/chat-view.ts';
import { otherSlot } from '../../web/core/chat-view.ts';
import { beginning, field, linesOf, oneLine } from './terminal-text.ts';
import type { Happening, Transcript } from './transcript.ts';

type Slot = Chat['slot'];
type Names = Chat['names'];

const QUOTE_LENGTH = 40;
const LAST_DATE_MS = 8.64e15;

/** Lines for people: those of one happening, the first with time and name. */
export function happeningLines(
  happening: Happening,
  names: Names,
  find: Transcript['find'],
): string[] {
  if (happening.type === 'note') return [noteText(happening.item, names)];
  const { item } = happening;
  const time = clock(item.at);
  const name = oneLine(names[item.slot]);
  switch (happening.type) {
    case 'message': {
      const answered = item.re === null ? null : find(item.re);
      const to = answered ? ` (to “${quoteOf(answered)}”)` : '';
      const edited = item.edited ? ' (edited)' : '';
      const [first = '', ...rest] = bodyLines(item, happening.fileNumber);
      return [`${time} ${name}${to}${edited}: ${first}`, ...rest];
    }
    case 'edited': {
      const [first = '', ...rest] = bodyLines(item, null);
      return [`${time} ${name} (edited): ${first}`, ...rest];
    }
    case 'removed':
      return [`${time} ${name} removed this message.`];
    case 'reacted': {
      const who = oneLine(names[happening.by]);
      const quote = `“${quoteOf(item)}”`;
      return happening.emoji === null
        ? [`${who} took back a reaction to ${quote}`]
        : [`${who} reacted ${oneLine(happening.emoji)} to ${quote}`];
    }
    default:
      return assertNever(happening);
  }
}

/** One line for scripts: time, name, kind, text, with tabs between them. */
export function happeningFields(happening: Happening, names: Names): string {
  const { item } = happening;
  const time = dateOf(item.at ?? 0).toISOString();
  const row = (by: Slot, kind: string, text: string) =>
    [time, field(names[by]), kind, field(text)].join('\t');
  switch (happening.type) {
    case 'message': {
      const { body, slot } = happening.item;
      if (body.kind === 'text') return row(slot, 'text', body.text);
      if (body.kind !== 'file') return row(slot, body.kind, '');
      return row(slot, 'file', `${happening.fileNumber ?? 0} ${body.size} ${body.name}`);
    }
    case 'edited':
      return row(happening.item.slot, 'edited', plainText(happening.item));
    case 'removed':
      return row(happening.item.slot, 'removed', '');
    case 'reacted':
      return row(happening.by, 'reaction', happening.emoji ?? '');
    case 'note':
      return row(happening.item.by, happening.item.note.kind, '');
    default:
      return assertNever(happening);
  }
}

function noteText({ note }: Extract<Happening, { type: 'note' }>['item'], names: Names): string {
  return note.kind === 'reset'
    ? 'The server lost some messages. They were sent again.'
    : `${oneLine(names[note.slot])}'s link was renewed.`;
}

function bodyLines(item: MessageItem, fileNumber: number | null): string[] {
  const { body } = item;
  if (body.kind === 'text') return linesOf(body.text);
  if (body.kind !== 'file') return [plainText(item)];
  const what = body.durationMs === undefined ? 'File' : 'Voice message';
  const hint = fileNumber === null ? '' : `, /save ${fileNumber}`;
  return [`${what} ${oneLine(body.name)} (${sizeText(body.size)}${hint})`];
}

/** As it came: not yet harmless. */
function plainText({ body }: MessageItem): string {
  if (body.kind === 'text') return body.text;
  return body.kind === 'file' ? body.name : INSTEAD[body.kind];
}

const INSTEAD = {
  unsent: 'Message removed',
  unknown: 'Cannot be shown here',
  undecryptable: 'This message could not be decrypted.',
} as const;

export function quoteOf(item: MessageItem): string {
  return beginning(plainText(item), QUOTE_LENGTH);
}

/** HH:MM of the clock on the wall. */
export function clock(at: number | null): string {
  const date = dateOf(at ?? Date.now());
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

export function day(at: number): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'full' }).format(dateOf(at));
}

/** The word of a server, which may be none: there is no date behind the last one. */
function dateOf(at: number): Date {
  return new Date(Math.min(at, LAST_DATE_MS));
}

export function sizeText(bytes: number): string {
  if (bytes < 1024) return bytes === 1 ? '1 byte' : `${bytes} bytes`;
  const kilobytes = bytes / 1024;
  return kilobytes < 1024 ? `${Math.ceil(kilobytes)} kB` : `${(kilobytes / 1024).toFixed(1)} MB`;
}

/** What is left of something, rounded up. */
export function leftText(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1_000));
  if (seconds < 90) return seconds === 1 ? '1 second' : `${seconds} seconds`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 90) return `${minutes} minutes`;
  const hours = Math.ceil(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.ceil(hours / 24)} days`;
}

/** How the other is: what the page has in its head. */
export function peerText({ state, typing, lastAt }: PeerStatus): string {
  if (typing) return 'Typing…';
  if (state === 'online') return 'Online';
  if (state === 'never') return 'Not here yet';
  return lastAt === undefined ? 'Not here now' : `Last here ${lastTime(lastAt)}`;
}

function lastTime(at: number): string {
  return day(at) === day(Date.now()) ? clock(at) : `${day(at)}, ${clock(at)}`;
}

export const DELIVERY: Readonly<Record<Delivery, string>> = {
  sending: 'sending',
  sent: '✓',
  delivered: '✓✓',
  read: '✓✓ read',
  failed: 'not sent',
};

const RECONNECTING = 'Reconnecting… Your messages will be sent.';

/** Null where there is nothing to say. */
export const CONNECTION: Readonly<Record<ConnectionStatus, string | null>> = {
  connecting: 'Connecting…',
  reconnecting: RECONNECTING,
  offline: RECONNECTING,
  crowded: 'The server lets no connection through right now. Your messages will be sent.',
  elsewhere: 'This chat is open in too many places, and was closed here. /here takes it back.',
  pass_gone: null,
  refused: null,
  live: null,
  ended: null,
  stopped: null,
};

/** Those that have come since `before`. */
export function noticeTexts(before: Notices, now: Notices, slot: Slot, names: Names): string[] {
  const texts: string[] = [];
  if (now.tampered && !before.tampered) {
    texts.push('The server changed or hid messages. Do not rely on what you read here.');
  }
  if (now.full && !before.full) texts.push('This chat is full. Nothing more can be sent.');
  for (const whose of ['a', 'b'] as const) {
    const count = now.tries[whose];
    if (count === undefined || count === before.tries[whose]) continue;
    const link = whose === slot ? 'your' : `${oneLine(names[whose])}'s`;
    texts.push(`Someone tried ${count} wrong codes for ${link} link.`);
  }
  return texts;
}

/** `names` are not known to who was never in. */
export function endedText(
  { reason, by }: EndedChat,
  slot: Slot | null,
  names: Names | null,
): string {
  const other = slot && names ? oneLine(names[otherSlot(slot)]) : 'The other person';
  switch (reason) {
    case 'ended':
      // Who opens a link again is not told whose it was.
      if (by === null || slot === null) return 'The chat was ended.';
      return by === slot ? 'You ended the chat.' : `${other} ended the chat.`;
    case 'silence':
      return 'The chat ended after a long silence.';
    case 'limit':
      return 'This chat reached its time limit.';
    case 'link':
      return `${other} did not come in time.`;
    case 'renewed':
      return 'This link was renewed. Open the new one.';
    case 'unknown':
      return 'This chat has ended or does not exist.';
    default:
      return assertNever(reason);
  }
}
