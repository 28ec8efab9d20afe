/** A few words that stay, in a band of their own, with what can be done about them. */
import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './Icon.tsx';

export type Tone = 'plain' | 'warn' | 'danger';

interface NoticeProps {
  tone?: Tone;
  icon?: IconName;
  /** Buttons, beside the words. */
  action?: ComponentChildren;
  children: ComponentChildren;
}

export function Notice({ tone = 'plain', icon = 'alert', action, children }: NoticeProps) {
  return (
    <div class={`notice notice-${tone}`}>
      <Icon name={icon} size={18} />
      <div class="notice-body">
        <p>{children}</p>
        {action}
      </div>
    </div>
  );
}
