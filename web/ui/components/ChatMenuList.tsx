/** What the menu of a chat offers. Closes by Esc, a choice, or a press or focus elsewhere. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { extrasText } from '../catalogue/extras-catalogue.ts';
import { isTouch } from '../touch.ts';
import { Icon } from './Icon.tsx';

/** What can be chosen; each is done by the page. */
export type MenuChoice = 'hide' | 'links' | 'settings' | 'leave';

interface ChatMenuListProps {
  choose: (choice: MenuChoice) => void;
  close: () => void;
}

export function ChatMenuList({ choose, close }: ChatMenuListProps) {
  const list = useRef<HTMLUListElement>(null);

  // Before the next key: it may be Esc already.
  useLayoutEffect(() => {
    const menu = list.current?.parentElement;
    const onOutside = ({ target }: Event) => {
      if (target instanceof Node && !menu?.contains(target)) close();
    };
    const onKey = ({ key }: KeyboardEvent) => {
      if (key !== 'Escape') return;
      close();
      menu?.querySelector('button')?.focus();
    };
    const listening = new AbortController();
    const { signal } = listening;
    document.addEventListener('pointerdown', onOutside, { signal });
    document.addEventListener('focusin', onOutside, { signal });
    document.addEventListener('keydown', onKey, { signal });
    return () => listening.abort();
  }, []);

  return (
    <ul class="menu-list" ref={list}>
      {ENTRIES.map(({ choice, path, flips }) => (
        <li key={choice}>
          <button
            type="button"
            class="menu-item"
            aria-label={extrasText.menu[choice].label}
            aria-describedby={`menu-${choice}`}
            onClick={() => choose(choice)}
          >
            <Icon path={path} {...(flips && { class: 'flips' })} />
            <span>
              {extrasText.menu[choice].label}
              <small id={`menu-${choice}`}>
                {extrasText.menu[choice].hint}
                {choice === 'hide' && !isTouch() && ` ${extrasText.menu.hide.keys}`}
              </small>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

const ENTRIES: readonly { choice: MenuChoice; path: string; flips?: boolean }[] = [
  {
    choice: 'hide',
    path: 'M4 4l16 16M10 5.2A9 9 0 0 1 21.5 12a13 13 0 0 1-2 3M14.2 14.3A3 3 0 0 1 9.8 9.8M6.2 6.5A13 13 0 0 0 2.5 12c3 6.3 9 8 13.5 5.8',
  },
  {
    choice: 'links',
    path: 'M8 20a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM11.3 12.3 20 3.5M16.5 7l3 3',
  },
  {
    choice: 'settings',
    path: 'M4 7h9M19 7h1M4 17h1M11 17h9M16 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM8 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z',
  },
  {
    choice: 'leave',
    path: 'M10 4H6.5A1.5 1.5 0 0 0 5 5.5v13A1.5 1.5 0 0 0 6.5 20H10M14.5 7.5 19 12l-4.5 4.5M19 12H9.5',
    flips: true,
  },
];
