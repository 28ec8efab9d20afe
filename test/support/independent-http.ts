/**
 * The rules HT from PROTOCOL.md alone, as a browser on a page of the server would make the requests.
 * Imports nothing from server/ or web/.
 */
import * as crypto from './independent-crypto.ts';
import type { Slot } from './independent-crypto.ts';
import type { Jar, Member } from './independent-device.ts';

export const trimBase = (base: string) => base.replace(/\/+$/, '');

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Record<string, unknown>;
  constructor({ status, body }: Answer) {
    const error = (body['error'] ?? {}) as Record<string, unknown>;
    super(`${status} ${String(error['code'])}: ${String(error['message'])}`);
    [this.status, this.code, this.details] = [status, String(error['code']), error];
  }
}

export const cookies = (jar: Jar): Record<string, string> =>
  jar.size === 0 ? {} : { cookie: [...jar].map((pair) => pair.join('=')).join('; ') };

/** One request as a browser on the page of `base` would send it; throws Refused unless it is a 2xx. */
export async function request(
  base: string,
  method: string,
  path: string,
  body?: unknown,
  jar: Jar = new Map(),
): Promise<Answer> {
  const response = await fetch(`${trimBase(base)}/${path}`, {
    method,
    headers: {
      origin: new URL(base).origin,
      ...cookies(jar),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  for (const line of response.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    if (value === '' || /;\s*max-age=0/i.test(line)) jar.delete(name);
    else jar.set(name, value);
  }
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('application/json') === true;
  const answer: Answer = {
    status: response.status,
    body: isJson && text !== '' ? (JSON.parse(text) as Record<string, unknown>) : {},
  };
  if (!response.ok) throw new Refused(answer);
  return answer;
}

export interface Invitation {
  slot: Slot;
  name: string;
  link: string;
  code: string;
}

/** HT2, sealed here: the server learns neither the names nor the key. */
export async function createSealedSession(
  base: string,
  names: readonly [string, string],
  options: { idle?: string } = {},
): Promise<{ sid: string; answer: Record<string, unknown>; a: Invitation; b: Invitation }> {
  const [nameA, nameB] = [crypto.checkName(names[0]), crypto.checkName(names[1])];
  if (nameA.toLowerCase() === nameB.toLowerCase()) throw new Error('the names are the same');
  const sid = crypto.draw(8);
  const sessionKey = crypto.decode(crypto.draw(32));
  const keys = crypto.sessionKeys(sessionKey, sid);
  const people = (['a', 'b'] as const).map((slot) => {
    const name = slot === 'a' ? nameA : nameB;
    const secret = crypto.drawLinkSecret(sid);
    const { proof, wrap } = crypto.linkKeys({ sid, secret });
    const place = { sid, slot, id: '' };
    const sealed = {
      proofHash: crypto.encode(crypto.sha256(proof)),
      key: crypto.encode(crypto.seal(wrap, { ...place, kind: 'key' }, sessionKey)),
      name: crypto.sealText(keys.names, { ...place, kind: 'names' }, name),
    };
    return { slot, name, fragment: crypto.fragment(sid, secret), sealed };
  });
  const body = { id: sid, sealed: people.map(({ sealed }) => sealed), ...options };
  const answer = (await request(base, 'POST', 'api/sessions', body)).body;
  const codes = answer['participants'] as { slot: Slot; code: string }[];
  const [a, b] = people.map(({ slot, name, fragment }) => ({
    slot,
    name,
    link: `${trimBase(String(answer['linkBase']))}/c#${fragment}`,
    code: codes.find((item) => item.slot === slot)!.code,
  }));
  return { sid, answer, a: a!, b: b! };
}

export async function landing(base: string, link: string, jar?: Jar): Promise<Answer['body']> {
  const parsed = crypto.parseLink(link);
  const proof = crypto.encode(crypto.linkKeys(parsed).proof);
  return (await request(base, 'POST', `api/sessions/${parsed.sid}/landing`, { proof }, jar)).body;
}

/** HT3 and HT4: opens the key of the chat with the link, then trades the code for a pass. */
export async function enter(
  base: string,
  link: string,
  code: string,
  jar: Jar = new Map(),
): Promise<Member> {
  const parsed = crypto.parseLink(link);
  const { sid } = parsed;
  const { proof: rawProof, wrap } = crypto.linkKeys(parsed);
  const proof = crypto.encode(rawProof);
  const page = await landing(base, link, jar);
  const slot = page['slot'] as Slot;
  const box = crypto.decode(String(page['key']));
  const keys = crypto.sessionKeys(crypto.open(wrap, { kind: 'key', sid, slot, id: '' }, box), sid);
  const [a, b] = page['names'] as [string, string];
  const names = {
    a: crypto.openName(keys, sid, 'a', a),
    b: crypto.openName(keys, sid, 'b', b),
  };
  const body = { proof, code: crypto.normaliseCode(code) };
  await request(base, 'POST', `api/sessions/${sid}/enter`, body, jar);
  return { base, sid, slot, proof, keys, names, jar };
}

export const leave = (member: Member) =>
  request(member.base, 'POST', `api/sessions/${member.sid}/leave`, undefined, member.jar);
