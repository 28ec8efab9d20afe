/**
 * Secrets where they do not belong: what clients, proxies and people send by mistake, and what is
 * broken on the way. Each request is refused; what was in it must be in no log for that.
 */
import { parseLink, linkKeys, encode } from '../../support/independent-crypto.ts';
import { postJson, RawClient, connectRaw, type RawParticipant } from '../../support/raw-client.ts';
import { sendBytes } from '../../support/raw-http.ts';
import type { Meeting } from '../../faults/world/pair.ts';
import { drawText } from './canaries.ts';
import type { Garden } from './plant.ts';

/** `base`: a way that is not written down. */
export async function misplaceAll(garden: Garden, base: string, pair: Meeting): Promise<void> {
  const word = drawText(garden.random, 16);
  garden.canaries.text('passing', 'a misplaced word', word);
  const ascii = encodeURIComponent(word).replaceAll('%', '');
  garden.canaries.text('passing', 'a misplaced word', ascii);
  garden.canaries.text('passing', 'an address', ADDRESS);
  const secrets = secretsOf(pair);
  await Promise.all([
    inAddresses(base, { ...secrets, ascii }),
    inBodies(base, { ...secrets, word }),
    inHeaders(base, { ...secrets, ascii }),
    inBrokenRequests(base, { ...secrets, ascii }),
    inFrames(base, { ...secrets, word }),
  ]);
}

/** Of somebody behind a proxy. */
const ADDRESS = '203.0.113.177';

type Secrets = ReturnType<typeof secretsOf>;

function secretsOf({ sid, links, codes, bob }: Meeting) {
  const { a: code } = codes;
  const fragment = new URL(links.a).hash.slice(1);
  const proof = encode(linkKeys(parseLink(links.a)).proof);
  return { sid, fragment, proof, code, cookie: bob.browser.cookies(), link: links.a };
}

async function inAddresses(base: string, secrets: Secrets & { ascii: string }): Promise<void> {
  const { sid, fragment, proof, code, cookie, ascii } = secrets;
  const paths = [
    ...[`/two/c%23${fragment}`, `/two/ws/${sid}`, `/two/${fragment}`],
    ...[`/c%23${fragment}`, `/c?x=${fragment}`, `/%zz${fragment}`, `/${fragment}`],
    ...[`/assets/${fragment}`, `/c/${code}`, `/api/sessions/${fragment}`, `/${ascii}`],
    ...[`/api/sessions/${sid}?code=${code}`, `/ws/${sid}?proof=${proof}`, `/ws/${fragment}`],
    ...[`/${'x'.repeat(20_000)}${fragment}`, `//${ascii}.example/`, `/c%23${fragment}%00`],
  ];
  const upgrade = 'connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n';
  for (const path of paths) {
    for (const more of ['', `cookie: ${cookie}\r\n`, upgrade]) {
      const head = `GET ${path} HTTP/1.1\r\nhost: ${new URL(base).host}\r\n${more}`;
      await sendBytes(portOf(base), `${head}connection: close\r\n\r\n`).catch(gone);
    }
  }
}

async function inBodies(base: string, secrets: Secrets & { word: string }): Promise<void> {
  const { sid, fragment, proof, code, link, word } = secrets;
  const enter = `/api/sessions/${sid}/enter`;
  const bodies: [string, unknown][] = [
    [enter, { proof: code, code: proof }],
    [enter, { proof, code: [code] }],
    [enter, { proof, code: { [code]: word } }],
    [enter, { proof, code: 'not one', [word]: code, [code.replace('-', '')]: 1 }],
    [enter, { proof: link, code }],
    [enter, { proof, code: word }],
    [`/api/sessions/${sid}/landing`, { proof: fragment }],
    [`/api/sessions/${fragment}/landing`, { proof }],
    ['/api/sessions', { names: [word, word] }],
    ['/api/sessions', { names: [word, `${word}\u202e`] }],
    ['/api/sessions', JSON.parse(`{"__proto__":{"code":"${code}"},"names":["${word}","x"]}`)],
    ['/api/sessions', { id: word, sealed: [{ key: word }, link] }],
    ['/api/sessions', { names: ['Ann', 'Bob'], idle: word }],
    ['/api/sessions', { names: [word.repeat(4_000), code] }],
  ];
  for (const [path, body] of bodies) await postJson(base, path, body);
  for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
    for (const body of [`{"names":["${word}"`, `"${code}`, `code=${code}`, `\u0000${word}`]) {
      const headers = { 'content-type': type, origin: base };
      await fetch(base + enter, { method: 'POST', headers, body });
    }
  }
  const latin1 = Buffer.from(`{"names":["${code}\xff"]}`, 'latin1');
  const headers = { 'content-type': 'application/json', origin: base };
  await fetch(`${base}/api/sessions`, { method: 'POST', headers, body: latin1 });
}

async function inHeaders(base: string, secrets: Secrets & { ascii: string }): Promise<void> {
  const { sid, proof, code, cookie, fragment, ascii } = secrets;
  const [name = '', value = ''] = cookie.split('=');
  const lists: Record<string, string>[] = [
    { origin: `http://${ascii}.example` },
    { referer: `http://x/c?${fragment}`, 'user-agent': ascii },
    { authorization: `Bearer ${code}`, 'x-proof': proof },
    { 'x-forwarded-for': ascii, forwarded: `for=${ascii}`, 'x-request-id': ascii },
    { 'x-forwarded-for': ADDRESS },
    { cookie: `${name}=${value.slice(0, -9)}; ${name}x=${value}; other=${ascii}` },
    { cookie: `${name}=%zz${value}; =${ascii}; ${ascii}` },
    { 'content-type': `application/json; charset=${ascii}` },
    { cookie, origin: 'null' },
  ];
  for (const headers of lists) {
    for (const path of [`/api/sessions/${sid}/leave-not`, `/api/sessions/${sid}/landing`]) {
      await postJson(base, path, { proof: code }, headers);
    }
  }
}

/** Bytes that are no HTTP, or stop being it in the middle. */
async function inBrokenRequests(
  base: string,
  { sid, code, cookie, ascii }: Secrets & { ascii: string },
) {
  const start = `POST /api/sessions/${sid}/enter HTTP/1.1\r\n`;
  const broken = [
    `${ascii}\r\n\r\n`,
    `GET /${ascii} HTTP/9.9\r\n\r\n`,
    `${start}host: ${ascii} ${code}\r\nconnection: close\r\n\r\n`,
    `${start}host: x\r\n${ascii}\r\n\r\n`,
    `${start}host: x\r\ncookie: ${cookie}\r\ncontent-length: ${code}\r\n\r\n`,
    `${start}host: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n${code}`,
    `${start}host: x\r\ntransfer-encoding: chunked\r\n\r\n${code}\r\n`,
    `${start}host: x\r\nx: ${`${ascii} `.repeat(2_000)}\r\n\r\n`,
    `GET /ws/${sid} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-key: ${code}\r\n\r\n`,
  ];
  await Promise.all(broken.map((bytes) => sendBytes(portOf(base), bytes).catch(gone)));
}

async function inFrames(base: string, secrets: Secrets & { word: string }): Promise<void> {
  const { sid, code, cookie, word } = secrets;
  const hello = JSON.stringify({ type: 'hello', v: 1, after: { seq: word, sum: code } });
  const texts = [
    ...[word, `{"type":"${word}`, `{"type":"${word}"}`, hello, `["${code}"]`],
    JSON.stringify({ type: 'send', cid: code, box: word }),
    JSON.stringify({ type: 'send', cid: 'A'.repeat(22), box: 'A'.repeat(395), text: word }),
    JSON.stringify({ type: 'receipt', received: word, read: code }),
    JSON.stringify({ type: 'send', cid: 'A'.repeat(22), box: word.repeat(3_000) }),
  ];
  const who: RawParticipant = { slot: 'b', link: '', code, proof: '', cookie };
  for (const text of texts) {
    const early = new RawClient(base, sid, cookie);
    if ((await early.opened()) === 101) early.send(text);
    await early.closed;
    const { client } = await connectRaw(base, sid, who);
    client.send(text);
    await client.closed;
  }
  // Binary, which nobody speaks, and text that is not in UTF-8.
  const payloads = { binary: Buffer.from(word), text: Buffer.from(`${code}\xff`, 'latin1') };
  for (const [kind, payload] of Object.entries(payloads)) {
    const { client } = await connectRaw(base, sid, who);
    client.socket.send(payload, { binary: kind === 'binary' });
    await client.closed;
  }
}

/** A server may close what it does not understand before it was sent whole. */
function gone(error: unknown): void {
  if (!(error instanceof Error)) throw error;
}

function portOf(base: string): number {
  return Number(new URL(base).port);
}
