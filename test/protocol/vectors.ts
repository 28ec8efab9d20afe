/** The known answers of vectors.json, with the shapes they have. */
import vectors from './vectors.json' with { type: 'json' };
import type { BoxPlace } from '../../server/protocol/envelope/box.ts';
import type { SessionKeys } from '../../server/protocol/envelope/keys.ts';
import type { Entry } from '../../server/protocol/frames.ts';
import { fromBase64Url } from '../../server/protocol/encoding.ts';

export { vectors };

export const chainEntries: { entry: Entry; hash: string }[] = vectors.chain.entries.map(
  // as: JSON cannot say that a slot is 'a' or 'b'.
  ({ entry, hash }) => ({ entry: entry as Entry, hash }),
);

export function placeOf(place: (typeof vectors.boxes)[number]['place']): BoxPlace {
  return place as BoxPlace; // as: see above
}

export function bytesOf(text: string): Uint8Array {
  const bytes = fromBase64Url(text);
  if (!bytes) throw new Error(`not base64url: ${text}`);
  return bytes;
}

/** The key that a vector calls by name. */
export function keyCalled(name: string): Uint8Array {
  const wrap = vectors.links.find(({ slot }) => name === `wrap of ${slot}`);
  const key = wrap?.wrap ?? vectors.keys[name as keyof typeof vectors.keys]; // as: names are theirs
  if (key === undefined) throw new Error(`no key ${name}`);
  return bytesOf(key);
}

export const sessionKeys: SessionKeys = {
  names: bytesOf(vectors.keys.names),
  message: { a: bytesOf(vectors.keys['message/a']), b: bytesOf(vectors.keys['message/b']) },
  control: { a: bytesOf(vectors.keys['control/a']), b: bytesOf(vectors.keys['control/b']) },
  file: bytesOf(vectors.keys.file),
};
