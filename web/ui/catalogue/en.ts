/**
 * Every text of the page, in English; those of Start, Ready and an open
 * chat are in files beside this one and load with their screens.
 * Sentences are whole, never glued together, so that a language can order its words as it likes.
 */
const plural = new Intl.PluralRules('en');
export const one = (count: number) => plural.select(count) === 'one';

export const en = {
  language: 'en',
  direction: 'ltr' as 'ltr' | 'rtl', // as: another language may be the other
  product: 'Duologue',
  home: 'Duologue, start page',
  title: (unread: number) => (unread > 0 ? `(${unread}) Private chat` : 'Private chat'),
  plainHttp:
    'This connection is not protected by https. Others on this network could see your code.',

  join: {
    opening: 'Opening your chat…',
    hello: (name: string) => `Hello ${name}`,
    invitation: (other: string) => `${other} wants to chat with you in private.`,
    /** To who made the link, and so has both codes. */
    yours: (other: string) => `Your chat with ${other}.`,
    code: 'Secret code',
    hint: (other: string) => `8 characters. ${other} has it for you.`,
    hintYours: '8 characters. It stands beside your link.',
    submit: 'Get in',
    checking: 'Checking…',
    empty: 'Enter your secret code',
    length: 'The code has 8 characters',
    characters: 'The code has only letters and digits, and never a U',
    wrong: (triesLeft: number) =>
      `That code is not right. ${triesLeft} ${one(triesLeft) ? 'try' : 'tries'} left.`,
    locked: (left: string) => `Too many tries. Try again in ${left}.`,
    unlocked: 'You can try again now.',
    offline: 'You are offline. Your code was not checked.',
    busy: (seconds: number) => `Many people are coming in. Trying again in ${seconds} s.`,
    notAnswering: 'The service is not answering. Your code was not checked. Trying again.',
    refused: 'The service refused this page. Reload it.',
    reload: 'Reload',
    unreachable: 'The service is not answering. Trying again.',
    crowded: (left: string) => `Too many visits from your network. Your chat opens in ${left}.`,
    unreachableOffline: 'You are offline. Your chat opens when you are back.',
    brokenHeading: 'This chat cannot be opened',
    broken: 'The key in this link does not fit. Ask for the link again.',
    notLoadedHeading: 'The page did not load',
    notLoaded: 'A part of this page could not be loaded. Reload it.',
  },

  ended: {
    you: 'You ended the chat',
    other: (name: string) => `${name} ended the chat`,
    otherUnnamed: 'The other person ended the chat',
    someone: 'The chat was ended',
    silence: (duration: string) => `The chat ended after ${duration} of silence`,
    silenceUnmeasured: 'The chat ended after a long silence',
    limit: 'This chat reached its time limit',
    link: (name: string) => `${name} did not come in time`,
    linkUnnamed: 'This chat was not joined in time',
    unknown: 'This chat has ended or does not exist',
    renewed: 'Your link was renewed',
    renewedText: (other: string) => `Open the new one. If you do not have it, ask ${other}.`,
    renewedUnnamed: 'Open the new one. If you do not have it, ask the other person.',
    left: 'You left the chat',
    leftText: 'The chat goes on. To come back, open your link and enter your code.',
    deleted: 'All messages are deleted from the server.',
    again: 'Start a new chat',
  },

  duration: {
    seconds: (count: number) => `${count} ${one(count) ? 'second' : 'seconds'}`,
    minutes: (count: number) => `${count} ${one(count) ? 'minute' : 'minutes'}`,
    minutesShort: (count: number) => `${count} min`,
    hours: (count: number) => `${count} ${one(count) ? 'hour' : 'hours'}`,
    days: (count: number) => `${count} ${one(count) ? 'day' : 'days'}`,
  },
};
