/** Tells of news while it is mounted, and offers alerts to who was never asked. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { computed } from '@preact/signals-core';
import type { Chat, Item } from '../../core/chat-view.ts';
import { extrasText } from '../catalogue/extras-catalogue.ts';
import { HIDING } from '../hide-now.ts';
import { incomingAfter } from '../incoming.ts';
import { useLive } from '../live-value.ts';
import { canAlert, createNews, turnOnAlerts } from '../news.ts';
import { useUnreadTitle } from '../page-title.ts';
import { requestPush } from '../push.ts';
import { changeSettings, settings } from '../settings.ts';
import { Icon } from './Icon.tsx';

const { offer, turnOn, notNow } = extrasText.alerts;

interface AlertsProps {
  chat: Chat;
  /** The control that was pressed disappears. */
  goOn: () => void;
}

export function Alerts({ chat, goOn }: AlertsProps) {
  const { sid, slot } = chat;
  const unread = useLive(useMemo(() => countUnread(chat), [chat]));
  // Once there was something to wait an answer to.
  const mayOffer = useLive(chat.items, hasWritten);
  useUnreadTitle(unread);
  const { alerts, push } = useLive(settings);
  const [isPossible] = useState(canAlert);
  const news = useMemo(() => createNews(sid, unread), [sid]);
  useEffect(() => news.count(unread), [news, unread]);
  useEffect(() => {
    addEventListener('pagehide', news.end);
    return () => {
      removeEventListener('pagehide', news.end);
      news.end();
    };
  }, [news]);
  useEffect(() => {
    if (!push) return undefined;
    const end = requestPush({ sid, slot });
    const hide = () => end({ forget: true });
    addEventListener(HIDING, hide);
    return () => {
      removeEventListener(HIDING, hide);
      end({ forget: !settings.value.push });
    };
  }, [push, sid, slot]);
  if (!mayOffer || alerts !== null || !isPossible) return null;
  return (
    <div class="notice notice-plain">
      <div class="column">
        <Icon path={BELL} size={18} />
        <p class="offer">{offer}</p>
        <button type="button" class="button" onClick={() => void turnOnAlerts().then(goOn)}>
          {turnOn}
        </button>
        <button
          type="button"
          class="link-button"
          onClick={() => {
            changeSettings({ alerts: false });
            goOn();
          }}
        >
          {notNow}
        </button>
      </div>
    </div>
  );
}

const BELL = 'M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15L6 16.5ZM10 21h4';

const countUnread = ({ items, receipts, slot }: Chat) =>
  computed(() => incomingAfter(items.value, receipts.value[slot].read).length);

const hasWritten = (items: readonly Item[]) =>
  items.some((item) => item.type === 'message' && item.mine);
