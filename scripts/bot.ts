/**
 * `npm run bot -- LINK CODE`: an example of what can be built on web/core. Answers every message
 * once, also those that came while it was away, until the chat ends or Ctrl-C.
 */
import { effect } from '@preact/signals-core';
import { OVER, enterChat, turnedAway } from './chat/visit.ts';

const [link = '', code = ''] = process.argv.slice(2);
const { chat, leave } = await enterChat(link, code).catch(turnedAway);
console.log('In. Ctrl-C leaves.');

function answerTo(text: string): string {
  if (/^help\b/i.test(text)) return 'I say again what you say. Ask me for the time.';
  if (/\btime\b/i.test(text)) return `It is ${new Date().toISOString()}.`;
  return `You said: ${text}`.slice(0, 1_000);
}

/** Cids of what was answered, or is about to be. */
const answered = new Set<string | null>();

effect(() => {
  if (!chat.loaded.value) return;
  const messages = chat.items.value.filter((item) => item.type === 'message');
  for (const { mine, re } of messages) if (mine) answered.add(re);
  for (const { mine, seq, cid, body } of messages) {
    if (mine || body.kind !== 'text' || answered.has(cid)) continue;
    answered.add(cid);
    if (seq !== null) chat.markRead(seq);
    // Not within the effect: what is sent changes what it looks at.
    queueMicrotask(() => chat.send(answerTo(body.text), { re: cid }));
  }
});

const ended = new Promise<void>((resolve) =>
  chat.connection.subscribe((status) => OVER.has(status) && resolve()),
);
const stopped = new Promise<void>((resolve) => process.once('SIGINT', resolve));
await Promise.race([ended, stopped]);
await leave();
process.exit();
