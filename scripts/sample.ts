/**
 * `npm run sample -- LINK CODE [COUNT]`: fills a chat with messages of all kinds, as the one whose
 * link it is: long and short, in many scripts, answers, edits, reactions, removals, and, once both
 * have been there, files. Always the same ones: what was seen once can be seen again.
 */
import { effect } from '@preact/signals-core';
import type { Chat } from '../web/core/chat-view.ts';
import { OVER, enterChat, turnedAway } from './chat/visit.ts';

const [link = '', code = '', countText = '50'] = process.argv.slice(2);
const count = Number(countText);
if (!Number.isSafeInteger(count) || count < 1) throw new Error('COUNT is a number of messages.');

const TEXTS = [
  'Hi!',
  'Did you get home all right?',
  'I am on the train, and it goes slower the closer we get. Half an hour late at least. Do not wait with dinner; I will find something on the way, or eat whatever you have left over for me.',
  'First this\nthen that\n\nand then the rest',
  'https://example.org/a/rather/long/path?with=a&query=too#and-a-fragment',
  '👍',
  'Grüße aus Zürich, à bientôt',
  'नमस्ते! कल मिलते हैं?',
  'مرحبا، كيف حالك اليوم؟ الساعة 18:30 كما اتفقنا',
  '今晩は、元気ですか。',
  'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft',
  '👩‍👩‍👧‍👦 all of us 🇩🇪🇮🇳',
  '<b>not bold</b> & "not" \'escaped\' twice',
  'const sum = (a, b) => a + b;',
  '1. one\n2. two\n3. three',
];

/** A picture of one grey point. */
const PICTURE = 'R0lGODlhAQABAIAAAISEhP///ywAAAAAAQABAAACAkQBADs=';

const { chat, sending, leave } = await enterChat(link, code).catch(turnedAway);

/** Resolves once `isSo` holds; rejects when it cannot any more. */
function until(isSo: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = effect(() => {
      const problem = whatIsWrong();
      if (problem === null && !isSo()) return;
      queueMicrotask(() => stop());
      if (problem === null) resolve();
      else reject(new Error(problem));
    });
  });
}

function whatIsWrong(): string | null {
  if (chat.notices.value.full) return 'The chat is full.';
  if (OVER.has(chat.connection.value)) return 'The chat is over, or this link is.';
  return sending.sending.value.some(({ problem }) => problem) ? 'A file was not taken.' : null;
}

const isStored = () =>
  sending.items.value.length === 0 && chat.items.value.every(({ seq }) => seq !== null);

function messagesOf({ items }: Pick<Chat, 'items'>) {
  return items.value.filter((item) => item.type === 'message');
}

function sendFiles(number: number): void {
  const gif = Buffer.from(PICTURE, 'base64');
  const text = Buffer.from(`Sample ${number}\n`.repeat(200));
  sending.send(
    [
      {
        bytes: gif,
        about: { name: `point-${number}.gif`, mime: 'image/gif', width: 1, height: 1 },
      },
      { bytes: text, about: { name: `sample ${number}.txt`, mime: 'text/plain' } },
    ],
    'Two files',
  );
}

/** Every few messages something happens to one that is there. */
function changeSomething(number: number): void {
  const messages = messagesOf(chat);
  const mine = messages.filter((item) => item.mine && item.body.kind === 'text');
  const some = messages[(number * 7) % messages.length];
  const own = mine[(number * 5) % mine.length];
  if (number % 4 === 0 && some) chat.react(some.cid, ['👍', '❤️', '😂'][number % 3] ?? '👍');
  if (number % 9 === 0 && own) chat.edit(own.cid, `${TEXTS[number % TEXTS.length]} (corrected)`);
  if (number % 17 === 0 && own) chat.unsend(own.cid);
  if (number % 20 === 10 && chat.peer.value.state !== 'never') sendFiles(number);
}

await until(() => chat.loaded.value);
for (let number = 1; number <= count; number++) {
  const messages = messagesOf(chat);
  const answered = number % 5 === 0 ? messages.at(-3) : undefined;
  const text = TEXTS[(number - 1) % TEXTS.length] ?? '';
  chat.send(text, answered ? { re: answered.cid } : {});
  changeSomething(number);
  await until(isStored);
}
console.log(`${count} messages were sent.`);
await leave();
process.exit();
