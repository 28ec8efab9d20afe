/** The texts of the Start page, in English. */
import { one } from './en.ts';

export const enStart = {
  heading: 'A private chat for two',
  lead: 'Enter two names. You get a link and a code for each person.',
  yourName: 'Your name',
  theirName: 'Their name',
  silence: 'How long silence may last',
  silenceHint: 'After this long without a message the chat ends by itself.',
  silenceUsual: 'The usual time here',
  create: 'Create chat',
  creating: 'Creating…',
  promises: [
    'Encrypted on your device. The server never sees names or messages.',
    'No account, nothing to install.',
    'Nothing is left once the chat ends.',
  ],
  problems: (count: number) =>
    one(count) ? 'One entry needs a change' : `${count} entries need a change`,
  enterYourName: 'Enter your name',
  enterTheirName: 'Enter their name',
  nameTooLong: 'Use 40 characters or fewer',
  nameCharacters: 'Remove the hidden characters from this name',
  sameNames: 'Enter two different names',
  offline: 'You are offline. Nothing was created.',
  notAnswering: 'The service is not answering. Nothing was created. Try again.',
  busy: (seconds: number) => `Many people are creating chats. Trying again in ${seconds} s.`,
  tooMany: (left: string) => `Too many new chats from your network. Trying again in ${left}.`,
  refused: 'The service refused this page. Reload it.',
  language: 'Language',
};
