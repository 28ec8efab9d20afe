/** What is needed seldom. Closes by Esc, a choice, or a press or focus elsewhere. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { chatText } from '../catalogue/chat-catalogue.ts';
import { Icon } from './Icon.tsx';

export function ChatMenu({ onLeave }: { onLeave: () => void }) {
  const [isOpen, setOpen] = useState(false);
  const element = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  // Before the next key: it may be Esc already.
  useLayoutEffect(() => {
    if (!isOpen) return undefined;
    const onOutside = ({ target }: Event) => {
      if (target instanceof Node && !element.current?.contains(target)) setOpen(false);
    };
    const onKey = ({ key }: KeyboardEvent) => {
      if (key !== 'Escape') return;
      setOpen(false);
      button.current?.focus();
    };
    document.addEventListener('pointerdown', onOutside);
    document.addEventListener('focusin', onOutside);
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('pointerdown', onOutside);
      document.removeEventListener('focusin', onOutside);
      document.removeEventListener('keydown', onKey);
    };
  }, [isOpen]);

  return (
    <div class="menu" ref={element}>
      <button
        ref={button}
        type="button"
        class="button button-round button-plain"
        aria-label={chatText.menu}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="menu" size={22} />
      </button>
      {isOpen && (
        <ul class="menu-list">
          <li>
            <button
              type="button"
              class="menu-item"
              onClick={() => {
                setOpen(false);
                // Leaving may fail: then it goes on from here.
                button.current?.focus();
                onLeave();
              }}
            >
              <Icon name="leave" class="flips" />
              <span>
                {chatText.leave}
                <small>{chatText.leaveHint}</small>
              </span>
            </button>
          </li>
        </ul>
      )}
    </div>
  );
}
