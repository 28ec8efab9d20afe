/**
 * New sessions, in the two ways there are: everything sealed by the page, so that the server
 * never sees a key; or from two names alone, for scripts, where it makes the keys and forgets
 * them with the answer.
 */
import QRCode from 'qrcode';
import { formatCode } from '../protocol/code.ts';
import { drawSession, type SealedParticipant } from '../protocol/envelope/new-session.ts';
import { AppError } from '../protocol/errors.ts';
import { SLOTS, type Slot } from '../protocol/frames.ts';
import { formatLink } from '../protocol/link.ts';
import { isSameName, parseName } from '../protocol/name.ts';
import type { NewSession, Store } from '../store/store.ts';
import { drawHashedCode } from './codes.ts';
import type { Hasher } from './hasher.ts';

export interface CreateDeps {
  store: Store;
  hasher: Hasher;
}

export interface CreatedParticipant {
  slot: Slot;
  /** With the dash. */
  code: string;
}

export interface NamedParticipant extends CreatedParticipant {
  name: string;
  link: string;
  /** The link as a QR code: an SVG in a data URL. */
  qr: string;
}

/** 64 random bits collide about never; more than one redraw means something else is wrong. */
const DRAWS = 3;

/** Throws `id_taken`, `busy`, or `bad_request` if both proofs are one. */
export async function createSealed(
  { store, hasher }: CreateDeps,
  { sid, sealed, idleMs }: { sid: string; sealed: Record<Slot, SealedParticipant>; idleMs: number },
): Promise<CreatedParticipant[]> {
  if (sealed.a.proofHash === sealed.b.proofHash) {
    throw new AppError('bad_request', {
      message: 'The two proof hashes must differ.',
      details: { field: 'sealed.1.proofHash', problem: 'same' },
    });
  }
  const codes = await drawCodes(hasher);
  const session: NewSession = {
    sid,
    idleMs,
    participants: {
      a: { ...sealed.a, codeHash: codes.a.codeHash },
      b: { ...sealed.b, codeHash: codes.b.codeHash },
    },
  };
  if (!(await keep(store, session))) throw new AppError('id_taken');
  return SLOTS.map((slot) => ({ slot, code: formatCode(codes[slot].code) }));
}

/** Throws `busy`, or `bad_request` saying what is wrong with which name. */
export async function createFromNames(
  { store, hasher }: CreateDeps,
  { names, idleMs, linkBase }: { names: [string, string]; idleMs: number; linkBase: string },
): Promise<{ sid: string; participants: NamedParticipant[] }> {
  const checked = checkNames(names);
  const codes = await drawCodes(hasher);
  for (let draw = 0; draw < DRAWS; draw += 1) {
    // What the page does for itself otherwise: every key there is, and the boxes made with them.
    const { sid, participants: drawn } = drawSession(checked);
    const participants = {
      a: { ...drawn.a.sealed, codeHash: codes.a.codeHash },
      b: { ...drawn.b.sealed, codeHash: codes.b.codeHash },
    };
    if (!(await keep(store, { sid, idleMs, participants }))) continue;
    const named = SLOTS.map(async (slot) => {
      const link = formatLink(linkBase, { sid, secret: drawn[slot].secret });
      const code = formatCode(codes[slot].code);
      return { slot, name: checked[slot], link, code, qr: await qrDataUrl(link) };
    });
    return { sid, participants: await Promise.all(named) };
  }
  throw new Error(`${DRAWS} random ids were taken`);
}

/** False if the id is taken. */
async function keep(store: Store, session: NewSession): Promise<boolean> {
  const result = await store.create(session);
  if (result === 'full')
    throw new AppError('busy', { message: 'There is no room for more chats.' });
  return result === 'created';
}

async function drawCodes(hasher: Hasher) {
  const [a, b] = await Promise.all([drawHashedCode(hasher), drawHashedCode(hasher)]);
  return { a, b };
}

function checkNames([first, second]: [string, string]): Record<Slot, string> {
  const a = checkName(first, 'names.0');
  const b = checkName(second, 'names.1');
  if (isSameName(a, b)) throw badName('names.1', 'same');
  return { a, b };
}

function checkName(typed: string, field: string): string {
  const parsed = parseName(typed);
  if ('problem' in parsed) throw badName(field, parsed.problem);
  return parsed.name;
}

function badName(field: string, problem: string): AppError {
  return new AppError('bad_request', {
    message: 'Two different names are needed, each of 1 to 40 visible characters.',
    details: { field, problem },
  });
}

async function qrDataUrl(link: string): Promise<string> {
  const svg = await QRCode.toString(link, { type: 'svg', errorCorrectionLevel: 'M', margin: 4 });
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}
