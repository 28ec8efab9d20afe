/**
 * Words of HTTP that are odd, wrong or not meant for us, for the grammar of requests. MARK is in
 * whatever an answer might repeat; SID and PASS stand for those of the session that is attacked.
 */
import { MARK } from './check-answer.ts';

/** What would be a page of its own if an answer repeated it. */
const MARKUP = `${MARK}<script>"'&`;

export const METHODS = [
  ...['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT', 'QUERY'],
  ...['PROPFIND', 'PURGE', 'M-SEARCH', 'PRI', 'get', 'GeT', '', ' ', 'G\0T', MARK, 'X'.repeat(999)],
];
export const PATHS = [
  ...['/assets/', '/assets', '/assets/x.js', '/index.html', '/index.html.br', '/.env', '/c/', '/C'],
  ...['/api', '/api/', '/api/sessions/', '/api/sessions/x/landing', '/ws', '/ws/', '/ws/x', '//'],
  ...[
    '/%',
    '/%zz',
    '/%00',
    '/%c0%ae',
    '/%ff',
    '/c%23AAAA',
    '/c%2523AAAA',
    '/%63',
    '/\\',
    '/\\..\\',
  ],
  ...['/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/assets/..%2f..%2fpackage.json'],
  ...[
    '/assets/....//package.json',
    '/assets/%252e%252e%252fpackage.json',
    '/..;/',
    '/a/./../healthz',
  ],
  ...[
    `/${MARKUP}`,
    `/${encodeURIComponent(MARKUP)}`,
    `/healthz?${MARKUP}`,
    `/?__proto__[x]=${MARK}`,
  ],
  ...[`/c?${MARK}#${MARK}`, '/healthz?a[]=1&a[__proto__]=2', '/healthz?' + 'x&'.repeat(2_000)],
  ...[
    `/${'x'.repeat(5_000)}`,
    `/${'a/'.repeat(2_000)}`,
    `/api/sessions/${'x'.repeat(200)}/landing`,
  ],
  ...['http://other.example/healthz', 'https://other.example:1/', 'other.example:443', '*', ''],
  ...[
    'healthz',
    '?',
    '#',
    '/é',
    '/\u0001',
    '/ ',
    '/\t',
    'http://',
    'file:///etc/passwd',
    '/healthz\0',
  ],
  ...['/constructor', '/__proto__', '/api/sessions/__proto__/landing', '/toString', '/%5f_proto__'],
];
export const VERSIONS = [
  'HTTP/1.0',
  'HTTP/1.2',
  'HTTP/2.0',
  'HTTP/0.9',
  'http/1.1',
  'HTTP/1.1 ',
  'HTP/1.1',
];

export const TYPES = [
  ...['application/json; charset=utf-8', 'application/json;charset=utf-16', 'application/json; x'],
  ...['text/plain', 'text/json', 'application/x-www-form-urlencoded', 'application/jsonx', '', ';'],
  ...[
    'multipart/form-data; boundary=x',
    'APPLICATION/JSON',
    'application/json, text/plain',
    MARKUP,
  ],
  ...[
    'application/json; charset="utf-8"; charset=utf-7',
    `a/${'b'.repeat(3_000)}`,
    'application/*',
  ],
];
export const HOSTS = [
  ...['localhost', '127.0.0.1:1', '[::1]:3000', 'other.example', 'other.example:99999', '', ' '],
  ...[MARKUP, `${MARK} x`, `x, ${MARK}`, `x@${MARK}<`, 'x/../', '[::1', 'x:y', '%00', 'é.example'],
  ...[
    "x; script-src 'unsafe-inline'",
    'a'.repeat(300),
    '..',
    '-',
    'x:0',
    'xn--',
    '127.1',
    '0x7f.1',
  ],
];
export const ORIGINS = [
  'null',
  'http://other.example',
  MARKUP,
  '',
  'http://localhost',
  'file://',
  '*',
];
export const COOKIES = [
  ...['PASS', 'PASSx', `duologue-SID=${MARK}`, 'duologue-SID=', 'duologue-=x; =; ;;', `${MARK}=1`],
  ...['__Host-duologue-SID=x', 'duologue-SID="%', 'duologue-SID=%00', '__proto__=1; constructor=2'],
  ...[
    'duologue-SID=eyJhbGciOiJub25lIn0..a.b.c',
    Array.from({ length: 400 }, (_, i) => `c${i}=1`).join('; '),
  ],
  ...[Array.from({ length: 90 }, (_, i) => `duologue-${String(i).padStart(11, 'A')}=x`).join('; ')],
];
/** Lines that a server may take or leave. */
export const ODD_HEADERS = [
  ...['expect: 100-continue', `expect: ${MARKUP}`, 'te: trailers', 'accept-version: 9.9.9'],
  ...['connection: close, upgrade', 'connection: Upgrade', 'upgrade: websocket', 'upgrade: h2c'],
  ...['http2-settings: AAMAAABkAAQAAP__', 'sec-websocket-version: 12', 'content-encoding: gzip'],
  ...[`sec-websocket-key: ${MARKUP}`, 'sec-websocket-protocol: a,,b', `set-cookie: ${MARK}`],
  ...[`x-forwarded-for: ${MARKUP}`, 'x-forwarded-proto: https', `x-forwarded-host: ${MARK}`],
  ...[`forwarded: for=${MARK};proto=https`, 'x-real-ip: ::1', 'x-http-method-override: DELETE'],
  ...[`accept: ${MARKUP}`, 'accept-encoding: br;q=x, gzip;q=0, *;q=-1', `referer: ${MARKUP}`],
  ...['range: bytes=9-1', 'range: bytes=0-0,1-1', 'range: bytes=-999999', 'if-none-match: *'],
  ...['if-range: x', `if-modified-since: ${MARK}`, `authorization: Basic ${MARK}`, 'x: é\u00ff'],
  ...[`user-agent: ${MARKUP}`, '__proto__: x', 'constructor: x', 'toString: x', 'x: a\r\ny: b'],
];
/** Lines that most servers refuse. */
export const BROKEN_HEADERS = [
  ...['x: a\r\n folded', 'x: a\nb: c', 'x: a\rb: c', 'x y: z', 'x: \0', ': x', 'x : y', 'x', ''],
  ...[
    'content-length: 0',
    'transfer-encoding: x',
    'host: other.example',
    `x: ${'y'.repeat(17_000)}`,
  ],
];

export const LENGTHS = [
  ...['0', '1', '5', '+5', '-1', '0x5', '5,5', '5, 6', '1e1', '', ' ', '5 5', '05', '99999999999'],
  ...['18446744073709551616', '9007199254740993', MARK, '5\t', '٥'],
];
export const CODINGS = [
  ...['chunked', 'Chunked', 'chunked, chunked', 'gzip, chunked', 'chunked, gzip', 'identity'],
  ...['xchunked', 'chunked;x', '\tchunked', 'chunked\0', '"chunked"', '', 'trailers'],
];
export const CHUNK_FLAWS = [
  ...['', '', '', ';x=y', `;${'x'.repeat(5_000)}`, ';x="\r\n', ' ', '\0', 'g', '\n', ';\n0\r\n'],
];
