/**
 * The text of a message with its addresses, code and large emoji, folded where it is long. Made of
 * nodes: never markup.
 */
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { extrasText } from '../catalogue/extras-catalogue.ts';
import { isEmoji } from '../message-lookup.ts';
import { richPieces, type RichPiece } from '../rich-text.ts';

/** What fills much of a small screen. */
const FOLDED_FROM = { characters: 800, lines: 13 };
/** So few stand out large: with their joiners, some are seven code points. */
const LARGE_EMOJI_LENGTH = 24;

export function RichText({ text }: { text: string }) {
  if (text.length <= LARGE_EMOJI_LENGTH && isEmoji(text)) {
    return <span class="emoji-large">{text}</span>;
  }
  const pieces = richPieces(text).map(nodeOf);
  return isLong(text) ? <Folded>{pieces}</Folded> : <>{pieces}</>;
}

function isLong(text: string): boolean {
  const { characters, lines } = FOLDED_FROM;
  return text.length >= characters || text.split('\n', lines).length >= lines;
}

function Folded({ children }: { children: ComponentChildren }) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      {/* What has the focus is to be seen. */}
      <div class={isOpen ? undefined : 'folded'} onFocusIn={() => setOpen(true)}>
        {children}
      </div>
      <button
        ref={button}
        type="button"
        class="link-button"
        aria-expanded={isOpen}
        onClick={() => {
          setOpen(!isOpen);
          // Folded, it may be far above what was on screen.
          if (isOpen)
            requestAnimationFrame(() => button.current?.scrollIntoView({ block: 'nearest' }));
        }}
      >
        {isOpen ? extrasText.showLess : extrasText.showAll}
      </button>
    </>
  );
}

function nodeOf({ text, href, code }: RichPiece): ComponentChildren {
  if (code === 'block') {
    return (
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- to scroll by keyboard
      <pre dir="ltr" tabIndex={0}>
        <code>{text}</code>
      </pre>
    );
  }
  if (code === 'inline') return <code dir="ltr">{text}</code>;
  if (href === undefined) return text;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer" dir="ltr">
      {text}
    </a>
  );
}
