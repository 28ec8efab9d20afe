/** What screen readers are told while a chat is open: new messages, and the connection's fate. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Item } from '../../core/chat-view.ts';
import { chatText } from '../catalogue/chat-catalogue.ts';
import { incomingAfter, spokenLines } from '../incoming.ts';

interface SpokenMessagesProps {
  items: readonly Item[];
  /** False while history is still being read: that is never spoken. */
  loaded: boolean;
  other: string;
}

/** Messages that come within this time are told together. */
const GATHER_MS = 300;
const KEPT_LINES = 20;

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

  return (
    <div class="sr-only" role="log" aria-label={chatText.messages}>
      {lines.map(({ key, line }) => (
        <p key={key}>{line}</p>
      ))}
    </div>
  );
}

interface SpokenStatusProps {
  trouble: string | null;
  /** Of everything else that went wrong; spoken when it changes. */
  failure: string | null;
}

export function SpokenStatus({ trouble, failure }: SpokenStatusProps) {
  const hadTrouble = useRef(false);
  hadTrouble.current ||= trouble !== null;
  return (
    <div class="sr-only">
      <output>{trouble ?? (hadTrouble.current ? chatText.connected : '')}</output>
      <output>{failure ?? ''}</output>
    </div>
  );
}
