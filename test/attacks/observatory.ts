/**
 * Marks for a page's headers by the published rules of Mozilla's HTTP Observatory (its score table
 * and what each test looks at), as far as they can concern a site that loads nothing from others.
 * Says nothing of how the answers were got.
 */

export interface Seen {
  /** Of the page over https, names in small letters, and its HTML. */
  headers: Readonly<Record<string, string>>;
  html: string;
  /** The certificate was verified. */
  isVerified: boolean;
  /** Set-Cookie lines of all answers there were. */
  cookies: readonly string[];
  /** Of a preflight from another site. */
  preflight: Readonly<Record<string, string>>;
  /** Where the same address leads over plain http; null if nobody listens there. */
  plainHttp: string | null;
}

export interface Report {
  /** Test → points that it adds or takes. */
  points: Record<string, number>;
  score: number;
  grade: string;
}

/** From 90 on what is better than asked for counts. */
const EXTRA_FROM = 90;
const GRADES = 'F F F F F D- D D D+ C- C C C+ B- B B B+ A- A A A+'.split(' ');

export function report(seen: Seen): Report {
  const { headers } = seen;
  const policy = parsePolicy(headers['content-security-policy'] ?? '');
  const points = {
    policy: markPolicy(policy),
    cookies: markCookies(seen.cookies),
    sharing: seen.preflight['access-control-allow-origin'] === undefined ? 0 : -50,
    redirection: seen.plainHttp === null || seen.plainHttp.startsWith('https:') ? 0 : -20,
    referrer: markReferrer(headers['referrer-policy']),
    transport: markTransport(headers['strict-transport-security'] ?? '', seen.isVerified),
    scripts: markScripts(seen.html),
    sniffing: headers['x-content-type-options'] === 'nosniff' ? 0 : -5,
    framing: policy.has('frame-ancestors') ? 5 : -20,
    resources: isOwnOnly(headers['cross-origin-resource-policy']) ? 10 : 0,
    opener: headers['cross-origin-opener-policy'] === 'same-origin' ? 10 : 0,
    embedder: headers['cross-origin-embedder-policy'] === 'require-corp' ? 10 : 0,
  };
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 100);
  const strict = sum(Object.values(points).filter((value) => value < 0));
  const score = Math.max(0, strict >= EXTRA_FROM ? sum(Object.values(points)) : strict);
  const grade = GRADES[Math.floor(Math.min(score, 100) / 5)] ?? 'F';
  return { points, score, grade };
}

type Policy = ReadonlyMap<string, readonly string[]>;

function parsePolicy(text: string): Policy {
  const directives = text.split(';').flatMap((part) => {
    const words = part.trim().split(/\s+/);
    return words[0] === '' ? [] : [words];
  });
  return new Map(directives.map(([name = '', ...sources]) => [name.toLowerCase(), sources]));
}

const BROAD = /^(\*|(https?|ftp):(\/\/\*(\.\*)?)?)$/;
const INSECURE = /^(http|ftp):/;

function markPolicy(policy: Policy): number {
  if (policy.size === 0) return -25;
  const of = (name: string) => policy.get(name) ?? policy.get('default-src') ?? ['*'];
  const [scripts, styles] = [of('script-src'), of('style-src')];
  const isUnsafe = (source: string) => /^('unsafe-inline'|data:)$/.test(source);
  const isBroad = (source: string) => BROAD.test(source);
  if (scripts.some((one) => isBroad(one) || isUnsafe(one)) || of('object-src').some(isBroad)) {
    return -20;
  }
  const passive = new Set(['img-src', 'media-src']);
  const active = [...policy].filter(([name]) => !passive.has(name)).flatMap(([, all]) => all);
  if (active.some((source) => INSECURE.test(source))) return -20;
  if ([...scripts, ...styles].includes("'unsafe-eval'")) return -10;
  if ([...of('img-src'), ...of('media-src')].some((source) => INSECURE.test(source))) return -10;
  if (styles.some((one) => isBroad(one) || isUnsafe(one))) return 0;
  return String(policy.get('default-src')) === "'none'" ? 10 : 5;
}

function markCookies(lines: readonly string[]): number {
  const marks = lines.map((line) => {
    const has = (attribute: RegExp) =>
      line
        .split(';')
        .slice(1)
        .some((one) => attribute.test(one));
    if (!has(/^ *secure *$/i)) return -40;
    if (!has(/^ *httponly *$/i)) return -30;
    if (has(/^ *samesite *= *(?!(lax|strict) *$)/i)) return -20;
    return has(/^ *samesite *=/i) ? 5 : 0;
  });
  return marks.length === 0 ? 0 : Math.min(...marks);
}

const PRIVATE = /^(no-referrer|same-origin|strict-origin|strict-origin-when-cross-origin)$/;

function markReferrer(policy: string | undefined): number {
  if (policy === undefined) return 0;
  return PRIVATE.test(policy) ? 5 : -5;
}

const SIX_MONTHS_S = 15_552_000;

function markTransport(header: string, isVerified: boolean): number {
  const [, seconds] = /^max-age=(\d+)\b[^,]*$/i.exec(header) ?? [];
  if (seconds === undefined || !isVerified) return -20;
  return Number(seconds) < SIX_MONTHS_S ? -10 : 0;
}

/** What comes from elsewhere has to have its hash along. */
function markScripts(html: string): number {
  const scripts = html.match(/<script\b[^>]*>/gi) ?? [];
  const foreign = scripts.filter((tag) => /\bsrc\s*=\s*["']?([a-z]+:)?\/\//i.test(tag));
  if (foreign.some((tag) => !/src\s*=\s*["']?https:/i.test(tag))) return -50;
  return foreign.every((tag) => /\bintegrity=/i.test(tag)) ? 0 : -5;
}

function isOwnOnly(header: string | undefined): boolean {
  return header === 'same-origin' || header === 'same-site';
}
