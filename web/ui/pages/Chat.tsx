/** D. The chat: takes the core's signals apart and hands them to the components as props. */
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { otherSlot, type Chat } from '../../core/chat-view.ts';
import type { EnteredSession } from '../../core/entering.ts';
import { text } from '../catalogue/catalogue.ts';
import { chatText } from '../catalogue/chat-catalogue.ts';
import type { Aim, ChatTools } from '../chat-tools.ts';
import * as live from '../chat-live.ts';
import { AboutChat } from '../components/AboutChat.tsx';
import { Banners } from '../components/Banners.tsx';
import { ChatHeader } from '../components/ChatHeader.tsx';
import type { MenuChoice } from '../components/ChatMenuList.tsx';
import { Composer } from '../components/Composer.tsx';
import { Live } from '../components/Live.tsx';
import { MessageList } from '../components/MessageList.tsx';
import { SpokenMessages, SpokenStatus } from '../components/Speech.tsx';
import type { DraftSeal } from '../../core/draft-seal.ts';
import type { LinkPlace } from '../link-place.ts';
import { keepDraft, readDraft } from '../draft.ts';
import { browserEnvironment } from '../browser-environment.ts';
import { extras, fetchExtras, type Extras } from '../extras.ts';
import { fetchFiles, openFiles, useFiles, filesOf } from '../files.tsx';
import { followViewport } from '../follow-viewport.ts';
import { hideNow, watchForHiding } from '../hide-now.ts';
import { useLive } from '../live-value.ts';
import { useLasting, useSteadyPeer } from '../lasting.ts';
import { focusComposer, goOn } from '../touch.ts';
import { SETTINGS_KEY } from '../theme.ts';
import { isPassing, troubleText } from '../trouble.ts';

/** Trouble shorter than this is not worth a word. */
const TROUBLE_AFTER_MS = 2000;
/** What may be asked for is fetched once it holds up nothing. */
const FETCH_AHEAD_MS = 5000;
/** A network that says nothing keeps nobody in a chat. */
const DIALOG_WITHIN_MS = 5000;

interface ChatPageProps {
  chat: Chat;
  session: EnteredSession;
  draftSeal: DraftSeal;
  now: () => number;
  /** This browser is the other participant of the link that was opened. */
  asOther: boolean;
  /** Both give false where the server could not be told. */
  leave: () => Promise<boolean>;
  enterAsOther: () => Promise<boolean>;
  /** Where the page stands, and how it moves. */
  flow: LinkPlace;
  /** The way to the other's link and code, while they are kept here. */
  showCards: (() => void) | null;
}

export function ChatPage(props: ChatPageProps) {
  const { chat, session, draftSeal, now, asOther, leave, enterAsOther, showCards, flow } = props;
  const { slot, names, sid } = chat;
  const other = names[otherSlot(slot)];
  const [failure, setFailure] = useState<string | null>(null);
  const miss = () => setFailure(text.join.notLoaded);
  const files = useFiles(chat);
  const shown = useMemo(() => live.shownOf(chat), [chat]);
  const getFiles = (onMissing = miss) => fetchFiles(chat, session, onMissing);
  const hasFiles = useLive(shown, live.hasFiles);
  useEffect(() => {
    if (hasFiles) void getFiles();
  }, [hasFiles]);
  const attach = (chosen: File[] | null) =>
    chosen && void getFiles().then((files) => files?.add(chosen));
  const loaded = useLive(chat.loaded);
  const notices = useLive(chat.notices);
  const expiry = useLive(chat.expiry);
  const rereads = useLive(chat.rereads);
  const ending = useLive(chat.ending);
  const peer = useSteadyPeer(useLive(chat.peer));

  const status = useLive(chat.connection);
  const retryAt = useLive(chat.retryAt);
  const isLate = useLasting(isPassing(status), TROUBLE_AFTER_MS);
  const connection = isPassing(status) && !isLate ? 'live' : status;

  // Cut off from the server nobody knows who is here.
  const shownPeer = loaded && connection === 'live' ? peer : null;

  const [dialog, setDialog] = useState<ComponentChildren>(null);
  const draft = useMemo(() => readDraft(sid, draftSeal), [chat]);
  const typed = useRef(draft);
  // A text that waits for its files is kept with the draft: a reload loses the files, and no text.
  // Once it is said that has to go in the same moment, or a reload between the two says it twice.
  const keep = () => {
    const waiting = openFiles.value?.waiting.value ?? [];
    keepDraft(sid, draftSeal, [...waiting, typed.current].join('\n').trimEnd());
  };
  useEffect(() => files?.waiting.subscribe(keep), [files]);
  const [aim, setAim] = useState<Aim | null>();
  const edited = aim?.text ?? null;
  useEffect(() => files?.turnTo(aim, setAim), [files, aim]);
  useLayoutEffect(() => {
    if (aim !== undefined) focusComposer();
  }, [aim]);

  useEffect(followViewport, []);
  useEffect(() => {
    const timer = setTimeout(() => {
      void getFiles(() => {});
      import('../register-worker.ts').catch(() => {});
    }, FETCH_AHEAD_MS);
    return () => clearTimeout(timer);
  }, [chat]);
  useEffect(watchForHiding, []);

  const paced = useLive(shown, live.countPaced);
  const isPaced = useLasting(status === 'live' && paced > 0, TROUBLE_AFTER_MS);

  const parts = useLive(extras);
  const hasMessages = useLive(shown, live.hasAny);
  useEffect(() => {
    // For what can be done with messages, and for alerts, which may be on.
    const mayBeOn = browserEnvironment.storage.getItem(SETTINGS_KEY) !== null;
    if (!hasMessages && !mayBeOn) return;
    void fetchExtras().then((isThere) => {
      if (mayBeOn && !isThere) miss();
    });
  }, [hasMessages]);

  const hasFailed = useLive(shown, live.hasFailed);
  const tools = useMemo<ChatTools>(
    () => ({ chat, setAim, setDialog, arrived: () => setFailure(null) }),
    [chat],
  );

  /** With the parts once they are there; says so where they cannot be had. */
  function act(then: (parts: Extras) => void): void {
    void fetchExtras().then((parts) => {
      if (!parts) return miss();
      setFailure(null);
      then(parts);
    });
  }

  useEffect(() => {
    if (status === 'live') setFailure(null);
  }, [status]);

  const shownFailure = ending === 'failed' && dialog === null ? chatText.endFailed : failure;

  async function attempt(call: () => Promise<boolean>): Promise<void> {
    setFailure(null);
    if (!(await call())) setFailure(chatText.leaveFailed);
  }

  /** One can always end it: where the dialog cannot be had, the browser asks. */
  async function askToEnd(): Promise<void> {
    const late = new Promise((resolve) => setTimeout(resolve, DIALOG_WITHIN_MS));
    await Promise.race([fetchExtras(), late]);
    const parts = extras.value;
    if (parts)
      setDialog(<parts.EndDialog chat={chat} words={chatText} onClose={() => setDialog(null)} />);
    else if (confirm(`${chatText.endHeading}\n\n${chatText.endText}`)) chat.end();
  }

  function choose(choice: MenuChoice): void {
    const onClose = () => setDialog(null);
    switch (choice) {
      case 'hide':
        return hideNow();
      case 'links':
        return setDialog(parts && <parts.Links {...{ chat, flow, asOther, onClose }} />);
      case 'settings':
        return setDialog(parts && <parts.SettingsDialog {...{ sid, slot, onClose }} />);
      case 'leave':
        return void attempt(leave);
    }
  }

  return (
    <div class="chat" onDragOver={filesOf} onDrop={(event) => attach(filesOf(event))}>
      <ChatHeader
        other={other}
        peer={shownPeer}
        onEnd={() => void askToEnd()}
        onChoice={choose}
        onMissing={miss}
      />
      <main class="chat-main">
        <Banners
          slot={slot}
          names={names}
          connection={connection}
          retryAt={retryAt}
          paced={isPaced ? paced : 0}
          notices={notices}
          expiry={expiry}
          now={now}
          enterAsOther={asOther ? () => void attempt(enterAsOther) : null}
          failure={shownFailure}
          useHere={() => {
            chat.useHere();
            goOn();
          }}
          keep={() => {
            chat.keep();
            goOn();
          }}
        >
          {parts && loaded && <parts.Alerts {...{ chat, goOn }} />}
        </Banners>
        <Live of={shown}>
          {({ items, theirs }) => [
            <MessageList
              items={items}
              rereads={rereads}
              slot={slot}
              names={names}
              theirs={theirs}
              isFull={notices.full}
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
              tools={tools}
              askForParts={() => act(() => {})}
            />,
            // Behind a dialog nothing is heard: told when it has closed.
            <SpokenMessages items={items} loaded={loaded && dialog === null} other={other} />,
          ]}
        </Live>
        <Composer
          key={edited === null ? sid : aim?.cid}
          draft={edited ?? typed.current}
          bar={aim?.bar}
          onUp={() => aim || act((parts) => typed.current || parts.editLast(tools))}
          onDraft={(next) => {
            // An edit goes with its page; the draft stays what it was.
            if (edited !== null) return;
            typed.current = next;
            keep();
            chat.typing(next !== '');
          }}
          send={(message) => {
            const answer = edited === null ? files?.send(message) : undefined;
            if (answer !== undefined) return answer;
            if (message === '') return null;
            const isTaken = aim ? aim.send(message) : chat.send(message) !== null;
            if (isTaken) setAim(null);
            return isTaken;
          }}
          attach={attach}
          tray={files && <files.Tray other={other} />}
          voice={files && <files.Recorder />}
        />
      </main>
      <SpokenStatus
        slot={slot}
        names={names}
        trouble={troubleText(connection)}
        peer={shownPeer?.state ?? null}
        notices={notices}
        expiry={expiry}
        now={now}
        asOther={asOther}
        failure={shownFailure}
        hasFailed={hasFailed}
      />
      {dialog}
    </div>
  );
}
