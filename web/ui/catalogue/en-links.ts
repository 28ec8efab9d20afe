/** The texts of the dialog of links and codes, in English. */
export const enLinks = {
  heading: 'Links and codes',
  own: 'Open this on your other device',
  ownHow:
    'Scan your link there, then enter your secret code. It is not shown again: if you lost it, make a new one.',
  ownQr: 'QR code of your link',
  ownLink: 'Your link',
  copyOwn: 'Copy your link',
  ownCopied: 'Your link copied.',
  theirs: (other: string) => ({
    offer: `Make a new link and code for ${other}`,
    when: `When ${other} has lost the code, or someone else may have it.`,
    ask: `Make a new link and code for ${other}?`,
    what: `${other}'s old link and code stop working, and ${other} comes in again with the new ones. You both see a note in the chat. All messages stay.`,
  }),
  mine: {
    offer: 'Make a new link and code for me',
    when: 'When you have lost your code, or someone else may have it.',
    ask: 'Make a new link and code for you?',
    what: 'Your old link and code stop working. You stay in the chat here, your other devices have to come in again. You both see a note in the chat. All messages stay.',
  },
  make: 'Make new ones',
  making: 'Making…',
  back: 'Back',
  close: 'Close',
  done: 'Done',
  print: 'Print',
  madeTheirs: (other: string) => `${other}'s new link and code`,
  madeMine: 'Your new link and code',
  handOn: (other: string) =>
    `Send ${other} the link. Send the code another way. They are shown only here.`,
  keepMine: 'This page uses the new link already. The code is shown only here.',
  failures: (other: string) => ({
    connected: `${other} is in the chat right now. You can do this when ${other} has left.`,
    full: 'This chat is full. No new link can be made.',
    not_live: 'You are not connected. Nothing was changed. Try again in a moment.',
    unclear: 'The service is not answering. Try again.',
    refused: 'This did not work. Nothing was changed. Try again.',
  }),
};
