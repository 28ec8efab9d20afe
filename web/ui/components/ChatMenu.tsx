/** What is needed seldom: the button, and its list once that is there. */
import { useRef, useState } from 'preact/hooks';
import { chatText } from '../catalogue/chat-catalogue.ts';
import { extras, fetchExtras } from '../extras.ts';
import { useLive } from '../live-value.ts';
import type { MenuChoice } from './ChatMenuList.tsx';
import { Icon } from './Icon.tsx';

interface ChatMenuProps {
  onChoice: (choice: MenuChoice) => void;
  /** Its list could not be fetched. */
  onMissing: () => void;
}

export function ChatMenu({ onChoice, onMissing }: ChatMenuProps) {
  const parts = useLive(extras);
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);

  return (
    <div class="menu">
      <button
        ref={button}
        type="button"
        class="button button-round button-plain"
        aria-label={chatText.menu}
        aria-expanded={isOpen}
        onPointerEnter={() => void fetchExtras()}
        onClick={() => {
          setOpen(!isOpen);
          void fetchExtras().then((isThere) => !isThere && onMissing());
        }}
      >
        <Icon name="menu" size={22} class="icon-dots" />
      </button>
      {isOpen && parts && (
        <parts.ChatMenuList
          close={() => setOpen(false)}
          choose={(choice) => {
            setOpen(false);
            // What it leads to may fail, or be closed again: then it goes on from here.
            button.current?.focus();
            onChoice(choice);
          }}
        />
      )}
    </div>
  );
}
