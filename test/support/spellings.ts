/** Every way some bytes could have been written down, to look for them in logs and stores. */

/** base64 of the bytes wherever they begin in a longer text: only what does not depend on it. */
function within64(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const inner = text.slice(
      Math.ceil((before * 8) / 6),
      Math.floor(((before + bytes.length) * 8) / 6),
    );
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

export function spellingsOf(bytes: Uint8Array): string[] {
  const buffer = Buffer.from(bytes);
  const hex = buffer.toString('hex');
  const escaped = hex.replace(/../g, '\\x$&');
  return [
    ...new Set([...within64(buffer), hex, hex.toUpperCase(), escaped, buffer.toString('latin1')]),
  ];
}

export function spellingsOfText(text: string): string[] {
  const units = [...text].map((sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const swapped = Buffer.from(text, 'utf16le');
  return [
    text,
    encodeURIComponent(text),
    JSON.stringify(text).slice(1, -1),
    units.join(''),
    ...spellingsOf(Buffer.from(text)),
    ...spellingsOf(swapped),
  ];
}
