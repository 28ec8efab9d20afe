/** One connection over which any bytes go out as HTTP, and all answers that come back. */
import { connect } from 'node:net';

export interface HttpAnswer {
  status: number;
  /** In order; names in small letters. */
  headers: readonly (readonly [name: string, value: string])[];
  /** A byte a character. */
  body: string;
}

/** After so long a silence nothing more is said either: what waits for the rest learns of its end. */
const SILENCE_MS = 250;
/** Longer than any request may take. */
const GIVE_UP_MS = 30_000;

export interface Exchange {
  answers: readonly HttpAnswer[];
  /** The server closed by itself, before it was told that nothing more comes. */
  isClosedByServer: boolean;
}

/** `isCut`: nothing comes behind the bytes, not even silence. */
export function exchange(port: number, bytes: Buffer, isCut = false): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const received: Buffer[] = [];
    let isEnded = isCut;
    socket.write(bytes);
    if (isCut) socket.end();
    socket.setTimeout(isCut ? GIVE_UP_MS : SILENCE_MS);
    socket.on('timeout', () => {
      if (socket.writableEnded) {
        reject(new Error('the server neither answers nor closes'));
        socket.destroy();
      }
      isEnded = true;
      socket.end();
      socket.setTimeout(GIVE_UP_MS);
    });
    socket.on('data', (piece) => received.push(piece));
    socket.on('error', () => {});
    socket.on('close', () => {
      try {
        const answers = readAnswers(Buffer.concat(received).toString('latin1'));
        resolve({ answers, isClosedByServer: !isEnded });
      } catch (error) {
        reject(error instanceof Error ? error : new Error('unreadable'));
      }
    });
  });
}

/** Throws if it is no sequence of answers; the last may be incomplete. */
export function readAnswers(text: string): HttpAnswer[] {
  const answers: HttpAnswer[] = [];
  for (let rest = text; rest !== '';) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) return answers;
    const [first = '', ...lines] = rest.slice(0, end).split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) [A-Za-z -]+$/.exec(first)?.[1]);
    if (Number.isNaN(status)) throw new Error(`no status line: ${first}`);
    const headers = lines.map((line) => {
      const [, name, value] = /^([a-z-]+): ([^\r\n]*)$/i.exec(line) ?? [];
      if (name === undefined || value === undefined) throw new Error(`no header: ${line}`);
      return [name.toLowerCase(), value] as const;
    });
    rest = rest.slice(end + 4);
    // Behind an upgrade there is no HTTP any more.
    if (status === 101) return answers;
    if (status === 100) continue;
    const length = Number(headers.find(([name]) => name === 'content-length')?.[1] ?? 0);
    // That of HEAD, or of 304, tells of a body that does not come.
    const size = rest.startsWith('HTTP/1.1 ') ? 0 : length;
    answers.push({ status, headers, body: rest.slice(0, size) });
    rest = rest.slice(size);
  }
  return answers;
}
