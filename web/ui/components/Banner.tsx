/** One band under the header of a chat: what everyone should see, and what can be done about it. */
import type { ComponentChildren } from 'preact';
import { chatText } from '../catalogue/chat-catalogue.ts';
import { Icon } from './Icon.tsx';
import type { Tone } from './Notice.tsx';

interface BannerProps {
  tone: Tone;
  action?: ComponentChildren;
  /** Offers to take the band away; what is left out cannot be. */
  onDismiss?: () => void;
  children: ComponentChildren;
}

export function Banner({ tone, action, onDismiss, children }: BannerProps) {
  return (
    <div class={`notice notice-${tone}`}>
      <div class="column">
        <Icon name="alert" size={18} />
        <p>{children}</p>
        {action}
        {onDismiss && (
          <button
            type="button"
            class="button button-round button-plain"
            aria-label={chatText.dismiss}
            onClick={onDismiss}
          >
            <Icon name="close" size={18} />
          </button>
        )}
      </div>
    </div>
  );
}
