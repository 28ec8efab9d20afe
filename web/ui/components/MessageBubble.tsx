/** One message. Rendered again only when one of its props is another: hundreds are on screen. */
import { Component } from 'preact';
import type { Slot } from '../../../server/protocol/frames.ts';
import type { Delivery, Item, MessageItem } from '../../core/chat-view.ts';
import { chatText } from '../catalogue/chat-catalogue.ts';
import { formatTime } from '../dates.ts';
import type { Extras } from '../extras.ts';
import { FileSlot } from '../files.tsx';
import { plainText } from '../incoming.ts';
import { Icon, type IconName } from './Icon.tsx';

export interface MessageBubbleProps {
  item: MessageItem;
  /** Who wrote it, for those who do not see on which side it stands. */
  author: string;
  names: Readonly<Record<Slot, string>>;
  first: boolean;
  last: boolean;
  /** Of own messages only. */
  delivery: Delivery | null;
  /** The tick of the newest own message says its meaning in words. */
  isNewestOwn: boolean;
  /** Its actions are what Tab leads to; the arrows go on from there. */
  isNewest: boolean;
  failedReason: string | null;
  /** What shows more of it than its words; null where nothing does, or has not come. */
  parts: Extras | null;
  /** What it answers, where that is here. */
  quoted: Item | undefined;
  retry: (cid: string) => void;
  discard: (cid: string) => void;
}

export class MessageBubble extends Component<MessageBubbleProps> {
  override shouldComponentUpdate(next: MessageBubbleProps): boolean {
    const { props } = this;
    // as: the keys are those of the props.
    const keys = Object.keys(next) as (keyof MessageBubbleProps)[];
    return keys.some((key) => next[key] !== props[key]);
  }

  override render() {
    const { item, author, first, last, delivery, isNewestOwn, isNewest, parts } = this.props;
    const { cid, seq, at, mine, body, edited } = item;
    const classes = [
      'message',
      mine && 'message-mine',
      first && 'message-first',
      last && 'message-last',
    ];
    return (
      <li class={classes.filter(Boolean).join(' ')} data-cid={cid} data-seq={seq ?? undefined}>
        <div class="bubble">
          <span class="sr-only">{`${author}: `}</span>
          {parts && <parts.Quote {...this.props} />}
          {body.kind === 'file' ? (
            <FileSlot item={item} />
          ) : (
            <div
              class={body.kind === 'text' ? 'bubble-text' : 'bubble-text bubble-text-quiet'}
              dir="auto"
            >
              {body.kind === 'text' && parts ? (
                <parts.RichText text={body.text} />
              ) : (
                plainText(item)
              )}
            </div>
          )}
          <span class="bubble-meta">
            {edited && <span>{chatText.edited}</span>}
            {at !== null && <time dateTime={new Date(at).toISOString()}>{formatTime(at)}</time>}
            {delivery !== null && delivery !== 'failed' && (
              <Tick delivery={delivery} inWords={isNewestOwn} />
            )}
          </span>
        </div>
        {body.kind !== 'unsent' && (
          <button
            type="button"
            class="more"
            tabIndex={isNewest ? 0 : -1}
            aria-label={chatText.actions}
          />
        )}
        {parts && <parts.Reactions {...this.props} />}
        {delivery === 'failed' && this.renderFailure()}
      </li>
    );
  }

  private renderFailure() {
    const { item, failedReason, retry, discard } = this.props;
    return (
      <div class="message-failed">
        <Icon name="alert" size={16} />
        <span>
          {chatText.delivery.failed} {failedReason}
        </span>
        <button type="button" class="link-button" onClick={() => retry(item.cid)}>
          {chatText.tryAgain}
        </button>
        <button type="button" class="link-button" onClick={() => discard(item.cid)}>
          {chatText.discard}
        </button>
      </div>
    );
  }
}

const TICK_ICONS: Record<Exclude<Delivery, 'failed'>, IconName> = {
  sending: 'clock',
  sent: 'check',
  delivered: 'checks',
  read: 'checks',
};

function Tick({ delivery, inWords }: { delivery: Exclude<Delivery, 'failed'>; inWords: boolean }) {
  const words = chatText.delivery[delivery];
  return (
    <span class={`tick tick-${delivery}`}>
      <Icon name={TICK_ICONS[delivery]} size={16} />
      <span class={inWords ? undefined : 'sr-only'}>{words}</span>
    </span>
  );
}
