/** E. The chat is over, or was left: what happened, what is left of it, and the way on. */
import { otherSlot, type EndedChat } from '../../core/chat-view.ts';
import { text } from '../catalogue/catalogue.ts';
import { Heading } from '../components/Heading.tsx';
import { Page } from '../components/Page.tsx';
import { endedText, isDeleted } from '../ended-text.ts';
import type { Slot } from '../../../server/protocol/frames.ts';

interface EndedPageProps {
  chat: EndedChat;
  slot: Slot | null;
  names: Readonly<Record<Slot, string>> | null;
}

export function EndedPage({ chat, slot, names }: EndedPageProps) {
  const other = slot && names?.[otherSlot(slot)];
  const ask = other ? text.ended.renewedText(other) : text.ended.renewedUnnamed;
  const more = chat.reason === 'renewed' ? ask : null;
  return (
    <LastPage
      heading={endedText(chat, slot, names)}
      detail={isDeleted(chat) ? text.ended.deleted : more}
    />
  );
}

export function LeftPage() {
  return <LastPage heading={text.ended.left} detail={text.ended.leftText} />;
}

function LastPage({ heading, detail }: { heading: string; detail: string | null }) {
  return (
    <Page>
      <div class="intro">
        <Heading>{heading}</Heading>
        {detail !== null && <p>{detail}</p>}
      </div>
      <a class="button button-main button-wide" href="./">
        {text.ended.again}
      </a>
    </Page>
  );
}
