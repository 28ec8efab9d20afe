/** A chat in a terminal: asks for the code, shows what is said above a line to type in. */
import { effect } from '@preact/signals-core';
import { assertNever } from '../../server/protocol/errors.ts';
import { deliveryOf, otherSlot } from '../../web/core/chat-view.ts';
import type { EnteredSession } from '../../web/core/entering.ts';
import { arrive } from './arriving.ts';
import { createCommands, isCommand } from './commands.ts';
import { followChat, unsentOf } from './following.ts';
import { outcomeOf, PLAIN_HTTP, waitingText, type Outcome } from './outcome.ts';
import { createScreen, type Screen } from './screen.ts';
import { oneLine, wrapped } from './terminal-text.ts';
import type { Happening, Transcript } from './transcript.ts';
import { visit, type Inside, type Visit } from './visit.ts';
import {
  DELIVERY,
  day,
  happeningLines,
  leftText,
  peerText,
  quoteOf,
  CONNECTION,
} from './wording.ts';

/** Under the time and before the name: rows that follow are moved in so far. */
const INDENT = 6;
/** Of what waits to be sent, so many of the last are shown. */
const PENDING_SHOWN = 3;
/** Who has pressed a key so lately is taken to read what appears. */
const ATTENDED_MS = 60_000;

/** `link`: null to ask for it, so that it stands in no list of commands or processes. */
export async function talkInTerminal(link: string | null, folder: string): Promise<Outcome> {
  const screen = createScreen(process.stdin, process.stdout);
  let leave = () => {};
  const left = new Promise<Outcome>((resolve) => {
    leave = () => resolve({ type: 'left', unsent: 0 });
  });
  try {
    return await Promise.race([left, comeIn(screen, link, folder, leave)]);
  } finally {
    screen.close();
  }
}

async function comeIn(
  screen: Screen,
  link: string | null,
  folder: string,
  leave: () => void,
): Promise<Outcome> {
  screen.onLeave(leave);
  const typed = link ?? (await screen.ask('Link: ', { secret: true }));
  const visited = visit(typed, {
    onWaiting: (why, waitMs) => screen.print(waitingText(why, waitMs)),
  });
  if (!visited) return { type: 'bad_link' };
  if (!visited.isPrivate) screen.print(PLAIN_HTTP);
  for (;;) {
    const session = await getIn(screen, visited);
    if (!('keys' in session)) return session;
    const outcome = await talk(screen, visited.goIn(session), folder);
    if (outcome.type !== 'pass_gone') return outcome;
    screen.onLeave(leave);
    screen.print('The code is needed again.');
  }
}

/** Asks for the code until it is right, or there is nothing to get into. */
async function getIn(screen: Screen, visited: Visit): Promise<EnteredSession | Outcome> {
  const arrival = await arrive(visited);
  if (arrival.type !== 'arrived') return arrival;
  const { session, needsCode } = arrival;
  const { slot, names } = session;
  screen.print(`A chat of ${oneLine(names[slot])} (you) with ${oneLine(names[otherSlot(slot)])}.`);
  if (!needsCode) return session;
  for (;;) {
    const answer = await visited.enter(await screen.ask('Code: ', { secret: true }));
    switch (answer.result) {
      case 'entered':
        return session;
      case 'wrong_code': {
        const { triesLeft, retryInMs } = answer;
        const wait = retryInMs ? ` Try again in ${leftText(retryInMs)}.` : '';
        screen.print(`That is not the code. Tries left: ${triesLeft}.${wait}`);
        break;
      }
      case 'too_many_tries':
        screen.print(`Too many tries. Try again in ${leftText(answer.retryInMs)}.`);
        break;
      case 'gone':
        return { type: 'ended', chat: answer, slot, names };
      case 'refused':
      case 'other_participant':
        return { type: 'refused' };
      case 'no_code':
        screen.print('A code looks like 7K3M-Q9TX.');
        break;
      default:
        return assertNever(answer);
    }
  }
}

async function talk(screen: Screen, inside: Inside, folder: string): Promise<Outcome> {
  const { chat } = inside;
  const say = (text: string) => screen.print(wrapped([`-- ${text}`], screen.columns, 3));
  let today = '';
  let unread = 0;
  let lastKeyAt = -Infinity;

  function linesFor(happening: Happening, find: Transcript['find']): string[] {
    const rows = wrapped(happeningLines(happening, chat.names, find), screen.columns, INDENT);
    const date = day(happening.item.at ?? Date.now());
    if (date === today) return [rows];
    today = date;
    return [`-- ${date}`, rows];
  }

  /** What appeared is read once somebody is there. */
  function markRead(): void {
    if (performance.now() - lastKeyAt < ATTENDED_MS) chat.markRead(unread);
  }

  const following = followChat(inside, {
    say,
    tell(happenings, { find }) {
      screen.print(happenings.flatMap((one) => linesFor(one, find)).join('\n'));
      unread = Math.max(unread, ...happenings.map(({ item }) => item.seq ?? 0));
      markRead();
    },
  });
  const command = createCommands({
    ...{ inside, following, say, folder },
    ask: (question) => screen.ask(question),
  });
  const unfollow = effect(() => screen.prompt(promptOf(inside, screen.columns)));
  screen.onKey((typed) => {
    lastKeyAt = performance.now();
    markRead();
    chat.typing(typed !== '' && !isCommand(typed));
  });
  screen.onLeave(following.leave);
  say('Lines that you type are sent. /help tells what else there is, Ctrl-C leaves.');
  screen.onLine((line) => {
    if (isCommand(line)) void command(line);
    else if (line.trim() !== '' && chat.send(line.replace(/^\/\//, '/')) === null) {
      say('This message is too long. Send it in parts.');
    }
  });

  const over = await following.over;
  screen.onLine(() => {});
  const unsent = unsentOf(inside).length;
  unfollow();
  await inside.leave();
  return outcomeOf(over, inside, unsent);
}

/** What waits to be sent, how the other is, how far one's last message has come. */
function promptOf(inside: Inside, columns: number): string {
  const { chat } = inside;
  const waiting = unsentOf(inside).map((item) => `${' '.repeat(INDENT)}… ${quoteOf(item)}`);
  const last = chat.items.value.findLast((item) => item.type === 'message' && item.mine);
  const delivery =
    last?.type === 'message' && last.seq !== null
      ? [DELIVERY[deliveryOf(last, chat.receipts.value[otherSlot(chat.slot)])]]
      : [];
  const trouble = CONNECTION[chat.connection.value] === null ? [] : ['Not connected'];
  const state = [...(trouble.length > 0 ? trouble : [peerText(chat.peer.value)]), ...delivery];
  const shown = waiting.slice(-PENDING_SHOWN).map((row) => [...row].slice(0, columns / 2).join(''));
  return [...shown, `[${state.join(' ')}] > `].join('\n');
}
