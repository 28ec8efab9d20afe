/** What people send and get, byte by byte: what is secret stands only where it has to. */
import { messagesOf, type Stream } from '../../support/recorded-wire.ts';
import { sendBytes } from '../../support/raw-http.ts';
import { createSearch } from '../../support/search.ts';
import type { Direction } from '../../support/tcp-proxy.ts';
import type { Canaries } from './canaries.ts';
import { anything, printed, type Control, type Fits } from './control.ts';
import { lookingFor, type Lookout } from './lookout.ts';

/** What Node takes for a header. */
const headed: Fits = ({ bytes }) => /^[!-~][ -~]*$/.test(bytes.toString('latin1'));
/** Nothing can be planted in what a server says. */
const nothing: Fits = () => false;

/** In a body, in headers, in a cookie and in a frame, each in all forms that can be there. */
export async function plantOnWire(
  port: number,
  { spellings, bytes }: Control,
  sendFrame: (text: string) => Promise<unknown>,
): Promise<void> {
  const listed = (fits: Fits) => spellings.filter(fits).map((one) => one.bytes.toString());
  const value = listed(headed).join('|');
  const head = [
    'POST /api/sessions HTTP/1.1',
    `host: localhost:${port}`,
    'connection: close',
    `x-control: ${value}`,
    `cookie: control=${value}`,
    `content-length: ${bytes.length}`,
  ];
  await sendBytes(port, Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), bytes]));
  await sendFrame(listed(printed).join('|'));
}

export function lookAtWire(
  lookout: Lookout,
  streams: readonly Stream[],
  canaries: Canaries,
  control: Control,
): void {
  const sealed = canaries.of('sealed');
  const all = canaries.of('sealed', 'passing');
  const allButPasses = all.filter(({ what }) => what !== 'a pass');
  for (const direction of ['in', 'out'] as const) {
    const { raw, bodies, frames, headers, cookies } = partsOf(streams, direction);
    const look = (place: string, secrets: typeof all, bytes: Buffer, fits: Fits) => {
      const fitting = direction === 'in' ? fits : nothing;
      lookout.look(`${place}, ${direction}`, lookingFor(secrets, control), bytes, fitting);
    };
    look('the wire', sealed, raw, anything);
    look('bodies', sealed, bodies, anything);
    look('frames', all, frames, printed);
    look('addresses and headers', all, headers, headed);
    look('cookies', allButPasses, cookies, headed);

    const expectSeen = (place: string, what: string, bytes: Buffer) => {
      const known = canaries.of('passing', 'stored').filter((one) => one.what.startsWith(what));
      const isSeen = createSearch(known).in(bytes).length > 0;
      if (!isSeen) lookout.blame(`${place}, ${direction}: no sign of ${what}`);
    };
    expectSeen('cookies', 'a pass', cookies);
    expectSeen('bodies', 'a code', bodies);
    expectSeen('frames', 'the box of a message', frames);
  }
}

function partsOf(streams: readonly Stream[], direction: Direction) {
  const some = streams.filter((stream) => stream.direction === direction);
  const messages = some.flatMap(messagesOf);
  const joined = (wanted: string) =>
    Buffer.concat(messages.filter(({ kind }) => kind === wanted).map(({ bytes }) => bytes));
  const lines = joined('head').toString('latin1').split('\r\n');
  const isCookie = (line: string) => /^(set-)?cookie:/i.test(line);
  return {
    raw: Buffer.concat(some.map(({ bytes }) => bytes)),
    bodies: joined('body'),
    frames: joined('frame'),
    cookies: Buffer.from(lines.filter(isCookie).join('\n'), 'latin1'),
    headers: Buffer.from(lines.filter((line) => !isCookie(line)).join('\n'), 'latin1'),
  };
}
