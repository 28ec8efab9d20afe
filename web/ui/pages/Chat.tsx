/** D. The chat: takes the core's signals apart and hands them to the components as props. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Chat } from '../../core/chat-view.ts';
import { chatText } from '../catalogue/chat-catalogue.ts';
import { AboutChat } from '../components/AboutChat.tsx';
import { Banners } from '../components/Banners.tsx';
import { ChatHeader } from '../components/ChatHeader.tsx';
import { Composer } from '../components/Composer.tsx';
import { EndDialog } from '../components/EndDialog.tsx';
import { MessageList } from '../components/MessageList.tsx';
import { SpokenMessages, SpokenStatus } from '../components/Speech.tsx';
import type { DraftSeal } from '../../core/draft-seal.ts';
import { keepDraft, readDraft } from '../draft.ts';
import { followViewport } from '../follow-viewport.ts';
import { incomingAfter } from '../incoming.ts';
import { useLive } from '../live-value.ts';
import { useLasting, useSteadyPeer } from '../lasting.ts';
import { showUnread } from '../page-title.ts';
import { otherSlot } from '../../core/chat-view.ts';
import { goOn } from '../touch.ts';
import { isPassing, troubleText } from '../trouble.ts';

/** Trouble shorter than this is not worth a word. */
const TROUBLE_AFTER_MS = 2000;
/** So many messages on their way at once are more than a slow connection. */
const PACED_FROM = 5;

interface ChatPageProps {
  chat: Chat;
  draftSeal: DraftSeal;
  now: () => number;
  /** This browser is the other participant of the link that was opened. */
  asOther: boolean;
  /** Both give false where the server could not be told. */
  leave: () => Promise<boolean>;
  enterAsOther: () => Promise<boolean>;
  /** The way to the other's link and code, while they are kept here. */
  showCards: (() => void) | null;
}

export function ChatPage(props: ChatPageProps) {
  const { chat, draftSeal, now, asOther, leave, enterAsOther, showCards } = props;
  const { slot, names, sid } = chat;
  const other = names[otherSlot(slot)];
  const items = useLive(chat.items);
  const loaded = useLive(chat.loaded);
  const notices = useLive(chat.notices);
  const expiry = useLive(chat.expiry);
  const receipts = useLive(chat.receipts);
  const rereads = useLive(chat.rereads);
  const ending = useLive(chat.ending);
  const peer = useSteadyPeer(useLive(chat.peer));

  const status = useLive(chat.connection);
  const retryAt = useLive(chat.retryAt);
  const isLate = useLasting(isPassing(status), TROUBLE_AFTER_MS);
  const connection = isPassing(status) && !isLate ? 'live' : status;

  // Cut off from the server nobody knows who is here.
  const shownPeer = loaded && connection === 'live' ? peer : null;

  const [isAsked, setAsked] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const draft = useMemo(() => readDraft(sid, draftSeal), [chat]);

  const unread = loaded ? incomingAfter(items, receipts[slot].read).length : 0;
  useEffect(() => showUnread(unread), [unread]);
  useEffect(() => () => showUnread(0), []);
  useEffect(followViewport, []);

  const sending = items.filter(
    (item) => item.type === 'message' && item.state === 'sending',
  ).length;
  const isPaced = useLasting(status === 'live' && sending >= PACED_FROM, TROUBLE_AFTER_MS);

  const hasFailed = items.some((item) => item.type === 'message' && item.state === 'failed');
  const calls = useMemo(
    () => ({
      retry: (cid: string) => {
        chat.retry(cid);
        goOn();
      },
      discard: (cid: string) => {
        chat.discard(cid);
        goOn();
      },
      read: (seq: number) => chat.markRead(seq),
    }),
    [chat],
  );

  useEffect(() => {
    if (status === 'live') setFailure(null);
  }, [status]);

  async function attempt(call: () => Promise<boolean>): Promise<void> {
    setFailure(null);
    if (!(await call())) setFailure(chatText.leaveFailed);
  }

  return (
    <div class="chat">
      <ChatHeader
        other={other}
        peer={shownPeer}
        onEnd={() => setAsked(true)}
        onLeave={() => void attempt(leave)}
      />
      <main class="chat-main">
        <Banners
          slot={slot}
          names={names}
          connection={connection}
          retryAt={retryAt}
          paced={isPaced ? sending : 0}
          notices={notices}
          expiry={expiry}
          now={now}
          enterAsOther={asOther ? () => void attempt(enterAsOther) : null}
          failure={failure}
          useHere={() => {
            chat.useHere();
            goOn();
          }}
          keep={() => {
            chat.keep();
            goOn();
          }}
        />
        <MessageList
          items={items}
          rereads={rereads}
          slot={slot}
          names={names}
          theirs={receipts[otherSlot(slot)]}
          failedReason={notices.full ? chatText.notSentFull : null}
          about={
            <AboutChat
              other={other}
              loaded={loaded}
              isEmpty={items.length === 0}
              hasMet={peer.state !== 'never'}
              expiry={expiry}
              now={now}
              showCards={showCards}
            />
          }
          retry={calls.retry}
          discard={calls.discard}
          onRead={calls.read}
        />
        <Composer
          key={sid}
          draft={draft}
          onDraft={(typed) => {
            keepDraft(sid, draftSeal, typed);
            chat.typing(typed !== '');
          }}
          send={(message) => chat.send(message) !== null}
        />
      </main>
      {/* Behind a dialog nothing is heard: told when it has closed. */}
      <SpokenMessages items={items} loaded={loaded && !isAsked} other={other} />
      <SpokenStatus
        slot={slot}
        names={names}
        trouble={troubleText(connection)}
        peer={shownPeer?.state ?? null}
        notices={notices}
        expiry={expiry}
        now={now}
        asOther={asOther}
        failure={failure}
        hasFailed={hasFailed}
      />
      {isAsked && (
        <EndDialog
          ending={ending}
          onKeep={() => {
            chat.cancelEnd();
            setAsked(false);
          }}
          onEnd={() => chat.end()}
        />
      )}
    </div>
  );
}
