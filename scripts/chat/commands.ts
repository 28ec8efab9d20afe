/** What begins with a slash: files, keeping open, ending, help. Says what comes of it. */
import { effect } from '@preact/signals-core';
import type { FileState } from '../../web/core/file-fetching.ts';
import { isThere, pathOf, prepareFile, saveFile } from './files-on-disk.ts';
import type { Following } from './following.ts';
import { oneLine } from './terminal-text.ts';
import type { Inside } from './visit.ts';
import { sizeText } from './wording.ts';

export interface CommandOptions {
  inside: Inside;
  following: Pick<Following, 'transcript' | 'leave'>;
  say: (text: string) => void;
  /** Null where nobody can be asked. */
  ask: ((question: string) => Promise<string>) | null;
  /** Where paths begin. */
  folder: string;
}

const HELP = [
  '/file PATH          send a file',
  '/save N [PATH]      save file N here, or in the folder or under the name PATH',
  '/keep               keep the chat open without a message',
  '/here               take the chat back when it was opened in too many places',
  '/leave, Ctrl-C      leave; the chat goes on',
  '/end                end the chat for both of you; /end yes does not ask',
  '//…                 a message that begins with a slash',
];

const FETCH_PROBLEMS = {
  gone: 'The server does not have that file any more.',
  broken: 'That file is not what its message says. It was not saved.',
  refused: 'The server did not give that file out.',
};

/** A message may begin with a slash too, if that is doubled. */
export const isCommand = (line: string): boolean => /^\/(?!\/)/.test(line);

/** What is returned takes a line that isCommand; it resolves when it is done, and never rejects. */
export function createCommands({ inside, following, say, ask, folder }: CommandOptions) {
  const { chat, sending, fetching } = inside;
  const { transcript, leave } = following;

  async function sendFile(typed: string): Promise<void> {
    if (typed === '') return say('Which file? /file PATH');
    if (chat.peer.value.state === 'never') {
      return say('Files can be sent once both of you have been here.');
    }
    const prepared = await prepareFile(pathOf(typed, folder), chat);
    if (typeof prepared === 'string') return say(prepared);
    say(`Sending ${oneLine(prepared.about.name)} (${sizeText(prepared.bytes.length)})…`);
    sending.send([prepared], '');
  }

  async function save(typed: string): Promise<void> {
    const [, number = '', path = ''] = /^(\d+)\s*(.*)$/.exec(typed) ?? [];
    const item = transcript.file(Number(number));
    if (item?.body.kind !== 'file') return say('There is no such file. /save N [PATH]');
    fetching.want(item);
    const end = await settled(item.cid);
    if (end.state === 'failed') return say(FETCH_PROBLEMS[end.problem]);
    if (end.state !== 'here') return;
    try {
      const file = { name: item.body.name, bytes: end.bytes };
      say(`Saved as ${oneLine(await saveFile(file, path || null, folder))}`);
    } catch (error) {
      const why = isThere(error) ? 'there is a file of that name' : oneLine(String(error));
      say(`Not saved: ${why}.`);
    }
    fetching.forget(item.cid);
  }

  /** Resolves once nothing more happens to a file that was wanted. */
  function settled(cid: string): Promise<FileState> {
    return new Promise((resolve) => {
      const state = fetching.stateOf(cid);
      const stop = effect(() => {
        const { value } = state;
        if (value.state === 'fetching') return;
        queueMicrotask(() => stop());
        resolve(value);
      });
    });
  }

  async function end(typed: string): Promise<void> {
    if (typed !== 'yes') {
      if (!ask) return say('This ends the chat for both: /end yes');
      const answer = await ask(
        'End this chat for both of you? All messages are deleted. Type yes to end it: ',
      );
      if (answer.trim().toLowerCase() !== 'yes') return say('The chat goes on.');
    }
    chat.end();
    const stop = effect(() => {
      const { value: state } = chat.ending;
      if (state === 'failed') say('The chat was not ended.');
      if (state !== 'under_way') queueMicrotask(() => stop());
    });
  }

  async function run(line: string): Promise<void> {
    const [, name = '', typed = ''] = /^\/(\S*)\s*(.*)$/.exec(line.trimEnd()) ?? [];
    switch (name) {
      case 'file':
        return sendFile(typed);
      case 'save':
        return save(typed);
      case 'end':
        return end(typed);
      case 'keep':
        return chat.keep();
      case 'here':
        return chat.useHere();
      case 'leave':
        return leave();
      case 'help':
        return HELP.forEach(say);
      default:
        return say('There is no such command. /help');
    }
  }

  return (line: string) => run(line).catch((error: unknown) => say(oneLine(String(error))));
}
