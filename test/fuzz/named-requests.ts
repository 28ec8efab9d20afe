/**
 * HTTP as bytes that has a name, and the statuses that are due, one for each answer: above all
 * what two servers in a row may take for different requests, so that one is smuggled past the
 * first. RFC 9112 says what becomes of them.
 */

export interface NamedRequest {
  name: string;
  /** A byte a character. */
  text: string;
  due: readonly number[];
}

const GET = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n';
const LAST = `${GET}Connection: close\r\n\r\n`;
const POST = 'POST /api/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
/** Were it read as a request of its own, there would be an answer more. */
const SMUGGLED = 'GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n';
const CHUNKED = 'Transfer-Encoding: chunked\r\n';

const one = (name: string, status: number, text: string): NamedRequest => ({
  ...{ name, text, due: [status] },
});
const refused = (name: string, text: string) => one(name, 400, text);
/** Refused, and what stands behind it is not read. */
const posts = (prefix: string, headers: Readonly<Record<string, string>>, body: string) =>
  Object.entries(headers).map(([name, lines]) =>
    refused(`${prefix}: ${name}`, `${POST}${lines}\r\n${body}${SMUGGLED}`),
  );

export const NAMED_REQUESTS: readonly NamedRequest[] = [
  { name: 'nothing wrong', text: GET + '\r\n' + LAST, due: [200, 200] },
  { name: 'four at once', text: `${GET}\r\n`.repeat(3) + LAST, due: Array(4).fill(200) },
  // One connection may wait for four answers.
  { name: 'forty at once', text: `${GET}\r\n`.repeat(39) + LAST, due: [] },
  {
    name: 'a request as the body of another',
    text: `GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}${LAST}`,
    due: [200, 200],
  },
  {
    name: 'the same of a route that refuses it',
    text: `${POST}Content-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}${LAST}`,
    due: [400],
  },
  {
    name: 'the same in chunks',
    text: `${POST}${CHUNKED}\r\n${SMUGGLED.length.toString(16)}\r\n${SMUGGLED}\r\n0\r\n\r\n${LAST}`,
    due: [400],
  },
  ...posts(
    'length and chunks',
    {
      'length first': `Content-Length: 4\r\n${CHUNKED}`,
      'chunks first': `${CHUNKED}Content-Length: 4\r\n`,
      'a length of nothing': `${CHUNKED}Content-Length: 0\r\n`,
    },
    '0\r\n\r\n',
  ),
  ...posts(
    'coding',
    {
      unknown: 'Transfer-Encoding: xchunked\r\n',
      'chunked not last': 'Transfer-Encoding: chunked, identity\r\n',
      'chunked not last, in two headers': `${CHUNKED}Transfer-Encoding: identity\r\n`,
      'a space before the colon': 'Transfer-Encoding : chunked\r\n',
      'a control character': 'Transfer-Encoding: \u000bchunked\r\n',
      quoted: 'Transfer-Encoding: "chunked"\r\n',
      'in HTTP/1.1 with a parameter': 'Transfer-Encoding: chunked;x=y\r\n',
    },
    '0\r\n\r\n',
  ),
  ...posts(
    'length',
    {
      'two that differ': 'Content-Length: 2\r\nContent-Length: 3\r\n',
      'two that are one': 'Content-Length: 2\r\nContent-Length: 2\r\n',
      'a list': 'Content-Length: 2, 2\r\n',
      'a sign': 'Content-Length: +2\r\n',
      negative: 'Content-Length: -2\r\n',
      'in hexadecimal': 'Content-Length: 0x2\r\n',
      'with an exponent': 'Content-Length: 2e0\r\n',
      'two words': 'Content-Length: 2 2\r\n',
      'beyond 64 bits': 'Content-Length: 18446744073709551618\r\n',
      'no number': 'Content-Length: two\r\n',
    },
    '{}',
  ),
  ...Object.entries({
    negative: '-1\r\n',
    'in hexadecimal twice': '0x2\r\n{}\r\n',
    'no number': 'g\r\n',
    'beyond 64 bits': '10000000000000002\r\n{}\r\n',
    'with a space': '2 \r\n{}\r\n',
    'too short for its data': '1\r\n{}\r\n',
    'ended by LF alone': '2\n{}\n',
    'with an extension that breaks the line': '2;\n{}\r\n',
  }).map(([name, chunk]) =>
    refused(`chunk size: ${name}`, `${POST}${CHUNKED}\r\n${chunk}0\r\n\r\n${SMUGGLED}`),
  ),
  refused('no HTTP', 'hunter2\r\n\r\n'),
  refused('HTTP/0.9', 'GET /healthz\r\n\r\n'),
  refused('HTTP/2 out of the blue', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  refused('TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n'),
  refused('an unknown method', 'HUNTER2 / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
  refused('a method in small letters', 'get / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
  refused('no Host', 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n'),
  refused('NUL in a header', `${GET}X: a\0b\r\n\r\n`),
  refused('NUL in a path', 'GET /\0 HTTP/1.1\r\nHost: localhost\r\n\r\n'),
  refused('CR alone in a header', `${GET}X: a\rY: b\r\n\r\n`),
  refused('a name with a space', `${GET}X Y: z\r\n\r\n`),
  refused('a space before the first header', `GET / HTTP/1.1\r\n Host: localhost\r\n\r\n`),
  refused('a line without a colon', `${GET}hunter2\r\n\r\n`),
  one('headers of 20 KB', 431, `${GET}X: ${'x'.repeat(20_000)}\r\n\r\n`),
  one('3,000 headers', 431, `${GET}${'X: yyyyyyyyyy\r\n'.repeat(3_000)}\r\n`),
  one('a path of 20 KB', 431, `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`),
  {
    name: 'expecting to go on',
    text: `${GET}Expect: 100-continue\r\n\r\n${LAST}`,
    due: [200, 200],
  },
  {
    name: 'expecting to go on behind another request',
    text: `${GET}\r\n${GET}Expect: 100-continue\r\n\r\n${LAST}`,
    // Not told to go on, it may leave its body out: the connection ends with its answer.
    due: [200, 200],
  },
  { name: 'HTTP/1.0', text: 'GET /healthz HTTP/1.0\r\n\r\n', due: [200] },
  one('trace', 404, `TRACE /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`),
  {
    name: 'connect',
    text: 'CONNECT other.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n',
    due: [],
  },
  one(
    'an absolute target is no proxy',
    404,
    'GET http://other.example/nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  ),
  {
    name: 'an upgrade before the request in front of it is answered',
    text: `GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n${GET}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    due: [200],
  },
  {
    name: 'an upgrade before the request with an expectation in front of it is answered',
    text: `GET /readyz HTTP/1.1\r\nHost: localhost\r\nExpect: x\r\n\r\n${GET}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n`,
    due: [200],
  },
  ...['/healthz', '/nothing', '/api/sessions', '/c%23AAAA/x'].map((path) =>
    one(
      `an upgrade of ${path}`,
      404,
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    ),
  ),
  ...['/ws/AAAAAAAAAAA', '/ws/SID'].map((path) =>
    one(
      `an upgrade of ${path} from nowhere`,
      403,
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    ),
  ),
];
