/** What screen readers are told while a chat is open: new messages, and the chat's fate. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Slot } from '../../../server/protocol/frames.ts';
import { otherSlot } from '../../core/chat-view.ts';
import type { Expiry, Item, Notices, PeerStatus } from '../../core/chat-view.ts';
import { chatText } from '../catalogue/chat-catalogue.ts';
import { incomingAfter, spokenLines } from '../incoming.ts';
import { useLasting } from '../lasting.ts';
import { SpokenTime } from './TimeBanner.tsx';

interface SpokenMessagesProps {
  items: readonly Item[];
  /** False while history is still being read, which is never spoken, and while nothing is heard. */
  loaded: boolean;
  other: string;
}

/** Messages that come within this time are told together. */
const GATHER_MS = 300;
const KEPT_LINES = 20;
/** What was spoken is not to be found a second time, below the messages. */
const KEPT_MS = 10_000;

export function SpokenMessages({ items, loaded, other }: SpokenMessagesProps) {
  const [lines, setLines] = useState<readonly { key: number; line: string }[]>([]);
  // Not by their place: after a loss at the server another message may stand there.
  const known = useRef<Set<string> | null>(null);
  const nextKey = useRef(0);

  useEffect(() => {
    if (!loaded) return undefined;
    const theirs = incomingAfter(items, 0);
    const cids = (known.current ??= new Set(theirs.map(({ cid }) => cid)));
    const incoming = theirs.filter(({ cid }) => !cids.has(cid));
    if (incoming.length === 0) return undefined;
    const timer = setTimeout(() => {
      incoming.forEach(({ cid }) => cids.add(cid));
      const added = spokenLines(incoming, other).map((line) => ({
        key: (nextKey.current += 1),
        line,
      }));
      setLines((before) => [...before, ...added].slice(-KEPT_LINES));
    }, GATHER_MS);
    return () => clearTimeout(timer);
  }, [items, loaded, other]);

  useEffect(() => {
    if (lines.length === 0) return undefined;
    const timer = setTimeout(() => setLines([]), KEPT_MS);
    return () => clearTimeout(timer);
  }, [lines]);

  return (
    <div class="sr-only" role="log" aria-label={chatText.newLog}>
      {lines.map(({ key, line }) => (
        <p key={key}>{line}</p>
      ))}
    </div>
  );
}

export interface SpokenStatusProps {
  slot: Slot;
  names: Readonly<Record<Slot, string>>;
  trouble: string | null;
  /** Null while it is not known. */
  peer: PeerStatus['state'] | null;
  notices: Notices;
  expiry: Expiry | null;
  now: () => number;
  asOther: boolean;
  /** Something that was asked for and could not be done. */
  failure: string | null;
  hasFailed: boolean;
}

/** What is in a region from the start is not spoken. */
const LISTENING_MS = 500;

/** One region for each thing that may be told: none hides another. All of them stay mounted. */
export function SpokenStatus(props: SpokenStatusProps) {
  const { slot, names, trouble, notices, expiry, now } = props;
  const { tries } = notices;
  const theirSlot = otherSlot(slot);
  const other = names[theirSlot];
  const hadTrouble = useRef(false);
  hadTrouble.current ||= trouble !== null;
  const presence = usePresence(props.peer, other);
  const told = [
    trouble ?? (hadTrouble.current && chatText.connected),
    expiry && <SpokenTime {...{ expiry, other, now }} />,
    presence,
    props.failure,
    props.hasFailed && chatText.delivery.failed,
    notices.full && chatText.full,
    notices.reset && chatText.reset,
    tries[slot] ? chatText.triesYours(tries[slot]) : null,
    tries[theirSlot] ? chatText.triesTheirs(tries[theirSlot], other) : null,
    props.asOther && chatText.already(names[slot]),
  ];
  const isListening = useLasting(true, LISTENING_MS);
  return (
    <div class="sr-only">
      <p role="alert">{isListening && notices.tampered && chatText.tampered}</p>
      {told.map((words, index) => (
        <output key={index}>{isListening && words}</output>
      ))}
    </div>
  );
}

/** The coming and going of the other; how it was at first is not told. */
function usePresence(state: PeerStatus['state'] | null, other: string): string {
  const known = useRef(state);
  const words = useRef('');
  if (state !== null && state !== known.current) {
    const say = state === 'online' ? chatText.hasCome : chatText.hasLeft;
    // Whoever enters is not connected yet, and has not left.
    if (state === 'online' ? known.current !== null : known.current === 'online') {
      words.current = say(other);
    }
    known.current = state;
  }
  return words.current;
}
