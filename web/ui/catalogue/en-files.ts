/** The texts of files and pictures in a chat, in English. */

export const enFiles = {
  /** For who sends what has no name of its own. */
  pictureName: 'picture.jpg',
  fileName: 'file',
  tray: 'Files to send',
  remove: (name: string) => `Remove ${name}`,
  preparing: 'Preparing…',
  tooLarge: (size: string, limit: string) => `That file is ${size}. The limit is ${limit}.`,
  unreadable: 'This file could not be read.',
  damaged: 'This picture is damaged, and its location cannot be taken out.',
  noRoom: (left: string) => `This does not fit. There is room for ${left} in this chat.`,
  noneLeft: 'No more files fit into this chat.',
  mayTell: 'It may tell where it was recorded.',
  room: (left: string) => `Room for ${left} more in this chat`,
  notMet: (other: string) => `Files can be sent once ${other} is here.`,
  wait: 'A file is still being prepared.',
  drop: (other: string) => `Drop files here to send them to ${other}`,
  sending: (name: string, percent: string) => `Sending ${name}, ${percent}`,
  cancel: 'Cancel',
  cancelFile: (name: string) => `Cancel sending ${name}`,
  fetching: (percent: string) => `Loading, ${percent}`,
  download: (name: string) => `Download ${name}`,
  show: (name: string) => `Show ${name}`,
  picture: (name: string) => `Picture: ${name}`,
  close: 'Close',
  save: 'Save',
  load: 'Load again',
  problem: {
    gone: 'This file is not there any more.',
    broken: 'This file is not what was sent. It is not shown.',
    refused: 'This file could not be loaded.',
  },
  notSent: {
    full: 'There is no room for more files in this chat.',
    too_large: 'The service takes no file of this size.',
    refused: 'The service did not take this file.',
  },
  voice: {
    name: (when: string) => `Voice message ${when}`,
    player: (length: string) => `Voice message, ${length}`,
    record: 'Record a voice message',
    recording: 'Recording',
    discard: 'Delete recording',
    stop: 'Stop and listen first',
    send: 'Send voice message',
    stopped: 'Recording stopped. It is not sent yet.',
    sent: 'Recording stopped. It is being sent.',
    deleted: 'Recording deleted.',
    /** By themselves: not by a press. */
    ended: {
      long: 'Recording stopped after 5 minutes. It is not sent yet.',
      large: 'Recording stopped: no larger file can be sent. It is not sent yet.',
      interrupted: 'Recording stopped: the microphone was taken away. It is not sent yet.',
    },
    problem: {
      denied:
        'The microphone is blocked for this page. Allow it in the settings of your browser, then press the button again.',
      missing: 'No microphone was found. Connect one, then press the button again.',
      busy: 'The microphone does not answer. Close what else uses it, then press the button again.',
    },
  },
};
