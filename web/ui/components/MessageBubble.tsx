/** One message. */
// oxlint-disable jsx-a11y/prefer-tag-over-role -- an li has to stand in the list itself, and runs are between
import { Component } from 'preact';
import type { Slot } from '../../../server/protocol/frames.ts';
import type { Delivery, Item, MessageItem } from '../../core/chat-view.ts';
import { chatText } from '../catalogue/chat-catalogue.ts';
import { formatTime } from '../dates.ts';
import type { Extras } from '../extras.ts';
import { FileSlot } from '../files.tsx';
import { plainText } from '../incoming.ts';
import { Icon, type IconName } from './Icon.tsx';
import { isOther } from './MessageRun.tsx';

export interface MessageBubbleProps {
  item: MessageItem;
  names: Readonly<Record<Slot, string>>;
  first: boolean;
  last: boolean;
  /** Of own messages only. */
  delivery: Delivery | null;
  /** The tick of the newest own message says its meaning in words. */
  isNewestOwn: boolean;
  /** Its actions are what Tab leads to; the arrows go on from there. */
  isNewest: boolean;
  /** Nothing more can be sent: said of one that failed. */
  isFull: boolean;
  /** What shows more of it than its words; null where nothing does, or has not come. */
  parts: Extras | null;
  /** What it answers, where that is here. */
  quoted: Item | undefined;
}

export class MessageBubble extends Component<MessageBubbleProps> {
  override shouldComponentUpdate(next: MessageBubbleProps): boolean {
    return isOther(next, this.props);
  }

  override render(props: MessageBubbleProps) {
    const { item, names, first, last, delivery, isNewestOwn, isNewest, parts } = props;
    const { cid, slot, seq, at, mine, body, edited } = item;
    const classes = [
      'message',
      mine && 'message-mine',
      first && 'message-first',
      last && 'message-last',
    ];
    return (
      <div
        role="listitem"
        class={classes.filter(Boolean).join(' ')}
        data-cid={cid}
        data-seq={seq ?? undefined}
      >
        <div class="bubble">
          {/* For those who do not see on which side it stands. */}
          <span class="sr-only">{`${mine ? chatText.you : names[slot]}: `}</span>
          {parts && <parts.Quote {...props} />}
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
        {parts && <parts.Reactions {...props} />}
        {delivery === 'failed' && (parts ? <parts.Failure {...props} /> : chatText.delivery.failed)}
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
