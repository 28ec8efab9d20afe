/** A text with its addresses as links. Made of nodes: what someone wrote is never markup. */
import { linkify } from '../linkify.ts';

export function LinkedText({ children }: { children: string }) {
  return (
    <>
      {linkify(children).map(({ text, href }) =>
        href === undefined ? (
          text
        ) : (
          <a href={href} target="_blank" rel="noopener noreferrer" dir="ltr">
            {text}
          </a>
        ),
      )}
    </>
  );
}
