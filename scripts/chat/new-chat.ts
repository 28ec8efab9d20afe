/**
 * Makes a chat and shows what each of the two needs: link, QR code, code. Keys are drawn here; the
 * server gets what it cannot open.
 */
import QRCode from 'qrcode';
import { createNewSession, type NewSession } from '../../web/core/new-session.ts';
import { createSessionApi } from '../../web/core/session-api.ts';
import { isSameName, parseName } from '../../web/core/typed-input.ts';
import { createNodeEnvironment } from './node-environment.ts';
import { oneLine } from './terminal-text.ts';
import { leftText } from './wording.ts';

/** Why there is no chat, in a sentence. */
export class NotMade extends Error {}

const NAME_PROBLEMS = {
  empty: 'A name may not be empty.',
  too_long: 'A name may have up to 40 characters.',
  bad_characters: 'A name may not have control characters or marks of direction.',
};

/** `idle`: a duration like 10m. Throws NotMade. */
export async function makeChat(
  server: string,
  typed: readonly [string, string],
  idle?: string,
): Promise<NewSession> {
  const address = URL.canParse(server) ? new URL(server) : null;
  if (!address || !/^https?:$/.test(address.protocol)) {
    throw new NotMade('A server is named like https://chat.example.org');
  }
  const base = (address.origin + address.pathname).replace(/\/$/, '');
  const api = createSessionApi({ ...createNodeEnvironment(address.origin), base });
  const [first, second] = [nameOf(typed[0]), nameOf(typed[1])];
  if (isSameName(first, second)) throw new NotMade('The two need different names.');
  const made = await createNewSession(api, [first, second], idle === undefined ? {} : { idle });
  if (made.result === 'created') return made;
  if (made.result === 'refused') throw new NotMade(`The server refused it (${made.code}).`);
  const why = made.code === null ? 'did not answer' : `has no time (${made.code})`;
  throw new NotMade(`The server ${why}. Try again.`);
}

function nameOf(typed: string): string {
  const parsed = parseName(typed);
  if ('problem' in parsed) throw new NotMade(NAME_PROBLEMS[parsed.problem]);
  return parsed.name;
}

/**
 * For both, one below the other; addresses and codes are the word of a server. `inColour`: for a
 * terminal, whatever its background.
 */
export async function invitations(
  { participants, lanLinks, expiresInMs }: NewSession,
  inColour: boolean,
): Promise<string> {
  const parts = await Promise.all(
    participants.map(async ({ name, link, code }, index) => {
      const lanLink = lanLinks?.[index];
      return [
        name,
        `  Link: ${oneLine(link)}`,
        ...(lanLink === undefined ? [] : [`  In your network: ${oneLine(lanLink)}`]),
        `  Code: ${oneLine(code)}`,
        // A phone that scans it cannot reach "localhost".
        await qrCode(lanLink ?? link, inColour),
      ].join('\n');
    }),
  );
  const ends = `Give each person their link and, another way, their code. Both have ${leftText(expiresInMs)} to come in.`;
  return [...parts, ends].join('\n\n');
}

/** In half blocks: dark modules are drawn, so without colours it is for light backgrounds. */
async function qrCode(text: string, inColour: boolean): Promise<string> {
  const rows = await QRCode.toString(text, { type: 'utf8', errorCorrectionLevel: 'M', margin: 4 });
  if (!inColour) return rows;
  return rows
    .split('\n')
    .map((row) => `\x1b[30;107m${row}\x1b[0m`)
    .join('\n');
}
