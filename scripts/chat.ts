/**
 * `npm run chat`: a chat in a terminal, or for scripts through pipes. Only reads what was asked for
 * and tells how it ended; the rest is in chat/.
 */
import { parseArgs } from 'node:util';
import { talkInTerminal } from './chat/in-terminal.ts';
import { NotMade, invitations, makeChat } from './chat/new-chat.ts';
import { exitCode, outcomeText } from './chat/outcome.ts';
import { talkThroughPipe } from './chat/through-pipe.ts';

const USAGE = `npm run chat -- LINK
  opens a chat: asks for the code, then lines that you type are sent. /help inside.
  Without LINK it is asked for, and then stands in no list of commands.

npm run chat -- --new NAME NAME [--server URL] [--idle 10m]
  makes a chat and prints link, QR code and code for each of the two.

For scripts, where input or output is no terminal (npm run -s chat, so that npm prints nothing):
  lines in are messages; lines out are time, name, kind and text, with tabs between them.
  The code is in DUOLOGUE_CODE, or the first line in.
  --commands   lines that begin with / are commands, as in a terminal
  --stay       goes on listening when the input has ended
  Exit code: 0 left, all was sent, or ended by you; 1 something unexpected; 2 wrong use;
  3 not let in; 4 the chat is over; 5 left, and something was not sent.`;

// npm runs scripts in the folder of the project; paths are meant from where it was called.
const folder = process.env['INIT_CWD'] ?? process.cwd();

const stop = (text: string, code: number): number => {
  console.error(text);
  return code;
};

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      new: { type: 'boolean', default: false },
      server: { type: 'string', default: 'http://localhost:3000' },
      idle: { type: 'string' },
      commands: { type: 'boolean', default: false },
      stay: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [first, second, third] = positionals;
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (values.new) {
    if (first === undefined || second === undefined || third !== undefined) return stop(USAGE, 2);
    const made = await makeChat(values.server, [first, second], values.idle);
    console.log(await invitations(made, process.stdout.isTTY && !process.env['NO_COLOR']));
    return 0;
  }
  if (second !== undefined) return stop(USAGE, 2);
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY;
  if (first === undefined && !isTerminal) return stop(USAGE, 2);
  const { commands, stay } = values;
  const code = process.env['DUOLOGUE_CODE'];
  // What is typed as a first line would be seen.
  if (process.stdin.isTTY && !isTerminal && code === undefined) {
    return stop('Where the output is no terminal, the code has to be in DUOLOGUE_CODE.', 2);
  }
  const outcome = isTerminal
    ? await talkInTerminal(first ?? null, folder)
    : await talkThroughPipe(first ?? '', { code, commands, stay, folder });
  return stop(outcomeText(outcome), exitCode(outcome));
}

const code = await main().catch((error: unknown) => {
  if (error instanceof NotMade) return stop(error.message, 1);
  if (error instanceof TypeError && 'code' in error) return stop(`${error.message}\n\n${USAGE}`, 2);
  return stop(String(error), 1);
});
// Not only the code: a socket that nobody answers on would be waited for.
process.exit(code);
