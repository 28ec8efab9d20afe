/**
 * A terminal with a line to type in at its bottom: what is printed appears above it and stays, what
 * is typed is Node's readline's. Knows nothing of chats. Prints text as it is: whoever calls has made
 * it harmless.
 */
import { clearScreenDown, createInterface, cursorTo, moveCursor, type Key } from 'node:readline';
import { Writable } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';

export interface Screen {
  readonly columns: number;
  print(text: string): void;
  /** What stands before what is typed, also in several lines; the last one should be short. */
  prompt(text: string): void;
  /** The next line that is typed is the answer. `secret`: what is typed is not shown until a prompt is. */
  ask(question: string, options?: { secret: boolean }): Promise<string>;
  /** Lines that answer no question; those that were typed before are forgotten. */
  onLine(hear: (line: string) => void): void;
  /** What has been typed so far, after every key. */
  onKey(hear: (typed: string) => void): void;
  /** Ctrl-C, or Ctrl-D on an empty line. */
  onLeave(hear: () => void): void;
  /** The terminal is as it was, and what was printed stays. */
  close(): void;
}

export function createScreen(input: ReadStream, output: WriteStream): Screen {
  /** Until there is a prompt: a code that is typed too early is not shown either. */
  let isMuted = true;
  let prompt = '';
  let answer: ((line: string) => void) | null = null;
  let hearLine = (_line: string) => {};
  let hearKey = (_typed: string) => {};
  let leave = () => {};
  let isOpen = true;
  /** Rows above the last one of what was typed when Enter was pressed. */
  let typedRows = 0;

  // Readline writes here, so that it can be silenced.
  const shown = new Writable({
    write(text: Buffer, _encoding, done) {
      if (!isMuted) output.write(text);
      done();
    },
  });
  Object.defineProperty(shown, 'columns', { get: () => output.columns });
  const resized = () => void shown.emit('resize');
  output.on('resize', resized);
  const reader = createInterface({ input, output: shown, terminal: true, prompt: '' });

  /** To the beginning of the prompt; all from there on is cleared. */
  function clear(rows: number): void {
    cursorTo(output, 0);
    moveCursor(output, 0, -rows);
    clearScreenDown(output);
  }

  function print(text: string): void {
    if (isMuted || !isOpen) return void output.write(`${text}\n`);
    const { rows } = reader.getCursorPos();
    clear(rows);
    // Readline will go up as many rows as it was below the first one of its own.
    output.write(`${text}\n${'\n'.repeat(rows)}`);
    reader.prompt(true);
  }

  function show(): void {
    reader.setPrompt(prompt);
    reader.prompt(true);
  }

  // Before readline has it: where the line ends that Enter is about to take off the screen.
  input.prependListener('keypress', (_text: string | undefined, key: Key) => {
    if (isMuted || !['return', 'enter'].includes(key.name ?? '')) return;
    reader.write(null, { ctrl: true, name: 'e' });
    typedRows = reader.getCursorPos().rows;
  });
  reader.on('history', (history: string[]) => {
    // Answers, codes among them, are nothing to be found again.
    if (answer || isMuted) history.shift();
  });
  reader.on('line', (line) => {
    if (!isMuted) clear(typedRows + 1);
    const take = answer ?? hearLine;
    answer = null;
    take(line);
    // What was heard may have led to a question.
    if (!isMuted && isOpen && answer === null) show();
  });
  reader.on('SIGINT', () => leave());
  reader.on('SIGCONT', () => !isMuted && show());
  // Also by Ctrl-D.
  reader.on('close', () => {
    if (isOpen && !isMuted) clear(reader.getCursorPos().rows);
    else if (isOpen && answer !== null) output.write('\n');
    isOpen = false;
    output.off('resize', resized);
    leave();
  });
  // After readline, which then has what was typed.
  input.on('keypress', () => !isMuted && hearKey(reader.line));

  return {
    get columns() {
      return output.columns || 80;
    },
    print,
    prompt(text) {
      if (text === prompt) return;
      prompt = text;
      if (!isOpen || answer !== null) return;
      isMuted = false;
      show();
    },
    ask: (question, { secret } = { secret: false }) =>
      new Promise((resolve) => {
        answer = (line) => {
          if (secret) output.write('\n');
          resolve(line);
        };
        if (secret) {
          if (!isMuted) clear(reader.getCursorPos().rows);
          output.write(question);
          isMuted = true;
          prompt = '';
        } else {
          reader.setPrompt(question);
          reader.prompt(true);
        }
      }),
    onLine(hear) {
      hearLine = hear;
    },
    onKey(hear) {
      hearKey = hear;
    },
    onLeave(hear) {
      leave = hear;
    },
    close: () => reader.close(),
  };
}
