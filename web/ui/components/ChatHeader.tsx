/** Who one talks with, whether they are here, and the two ways out. */
import { chatText } from '../catalogue/chat-catalogue.ts';
import { formatMoment } from '../dates.ts';
import { fetchExtras } from '../extras.ts';
import type { PeerStatus } from '../../core/chat-view.ts';
import { ChatMenu } from './ChatMenu.tsx';
import type { MenuChoice } from './ChatMenuList.tsx';
import { Heading } from './Heading.tsx';

interface ChatHeaderProps {
  other: string;
  /** Null until it is known. */
  peer: PeerStatus | null;
  onEnd: () => void;
  onChoice: (choice: MenuChoice) => void;
  /** The menu could not be fetched. */
  onMissing: () => void;
}

export function ChatHeader({ other, peer, onEnd, ...menu }: ChatHeaderProps) {
  return (
    <header class="chat-head">
      <div class="column">
        <div class="chat-who">
          <Heading label={chatText.chatWith(other)}>{other}</Heading>
          <p class="chat-status" data-state={peer?.state}>
            {peer && statusText(peer)}
          </p>
        </div>
        <ChatMenu {...menu} />
        <button
          type="button"
          class="button button-danger"
          onPointerEnter={() => void fetchExtras()}
          onFocus={() => void fetchExtras()}
          onClick={onEnd}
        >
          {chatText.end}
        </button>
      </div>
    </header>
  );
}

function statusText({ state, typing, lastAt }: PeerStatus): string {
  if (state === 'never') return chatText.never;
  if (state === 'online') return typing ? chatText.typing : chatText.online;
  return lastAt === undefined ? chatText.away : chatText.lastHere(formatMoment(lastAt, Date.now()));
}
