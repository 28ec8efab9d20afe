/**
 * A chat for scripts: lines in are messages, what happens comes out one a line, all else is said on
 * stderr. Lines that begin with a slash are messages too, unless commands were asked for: whatever is
 * piped in must not be able to send a file or end a chat.
 */
import { createInterface } from 'node:readline';
import { effect } from '@preact/signals-core';
import { assertNever } from '../../server/protocol/errors.ts';
import { arrive } from './arriving.ts';
import { createCommands, isCommand } from './commands.ts';
import { followChat, unsentOf } from './following.ts';
import { outcomeOf, PLAIN_HTTP, waitingText, type Outcome } from './outcome.ts';
import { visit, type Inside } from './visit.ts';
import { happeningFields } from './wording.ts';

export interface PipeOptions {
  /** In place of the first line. */
  code: string | undefined;
  commands: boolean;
  /** Goes on listening when the input has ended, until the chat does. */
  stay: boolean;
  folder: string;
}

/** Of messages that wait to be sent: then no more lines are read. */
const MOST_UNSENT = 50;

const say = (text: string) => console.error(text);

export async function talkThroughPipe(link: string, options: PipeOptions): Promise<Outcome> {
  // From now on: lines that come before somebody asks for them would be lost.
  const lines = createInterface({ input: process.stdin, crlfDelay: Infinity })[
    Symbol.asyncIterator
  ]();
  const visited = visit(link, { onWaiting: (why, ms) => say(waitingText(why, ms)) });
  if (!visited) return { type: 'bad_link' };
  if (!visited.isPrivate) say(PLAIN_HTTP);
  const arrival = await arrive(visited);
  if (arrival.type !== 'arrived') return arrival;
  const { session } = arrival;
  const code = options.code ?? (await firstOf(lines));
  const answer = await visited.enter(code);
  switch (answer.result) {
    case 'entered':
      return talk(visited.goIn(session), lines, options);
    case 'gone':
      return { type: 'ended', chat: answer, slot: session.slot, names: session.names };
    case 'wrong_code':
    case 'too_many_tries':
      return { type: 'wrong_code' };
    case 'refused':
    case 'other_participant':
      return { type: 'refused' };
    case 'no_code':
      return { type: 'no_code' };
    default:
      return assertNever(answer);
  }
}

/** Empty if there is none. */
async function firstOf(lines: AsyncIterableIterator<string>): Promise<string> {
  // as: the library's type says any for the end
  const { value } = (await lines.next()) as { value: string | undefined };
  return value ?? '';
}

async function talk(
  inside: Inside,
  lines: AsyncIterableIterator<string>,
  { commands, stay, folder }: PipeOptions,
): Promise<Outcome> {
  const { chat } = inside;
  const following = followChat(inside, {
    say,
    tell(happenings) {
      const rows = happenings.map((one) => `${happeningFields(one, chat.names)}\n`);
      process.stdout.write(rows.join(''));
      chat.markRead(Math.max(...happenings.map(({ item }) => item.seq ?? 0)));
    },
  });
  const { leave } = following;
  process.once('SIGINT', leave).once('SIGTERM', leave);
  // Whoever read has gone.
  process.stdout.on('error', leave);
  const command = createCommands({ ...{ inside, following, say, folder }, ask: null });

  let refused = 0;
  async function sendAll(): Promise<void> {
    for await (const line of lines) {
      if (commands && isCommand(line)) await command(line);
      else if (line !== '') {
        const text = commands ? line.replace(/^\/\//, '/') : line;
        if (chat.send(text) === null) {
          refused += 1;
          say('This message is too long. Send it in parts.');
        }
      }
      await atMost(inside, MOST_UNSENT);
    }
    if (stay) return;
    await atMost(inside, 0);
    leave();
  }
  void sendAll();

  const over = await following.over;
  const unsent = unsentOf(inside).length + following.failures + refused;
  await inside.leave();
  return outcomeOf(over, inside, unsent);
}

/** Resolves once history was told, and at most so many messages and files wait to be stored. */
function atMost(inside: Inside, count: number): Promise<void> {
  return new Promise((resolve) => {
    const stop = effect(() => {
      if (!inside.chat.loaded.value || unsentOf(inside).length > count) return;
      queueMicrotask(() => stop());
      resolve();
    });
  });
}
