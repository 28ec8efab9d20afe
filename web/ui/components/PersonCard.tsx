/** All that one person needs to come in: link, QR code, secret code. */
import type { NewParticipant } from '../../core/new-session.ts';
import { readyText } from '../catalogue/ready-catalogue.ts';
import { CopyRow } from './CopyRow.tsx';
import { QrCode } from './QrCode.tsx';

export type HandedOn = 'link' | 'code';

interface PersonCardProps {
  participant: NewParticipant;
  /** The one to show: by name, or by the address in the local network. */
  link: string;
  isMine: boolean;
  onHandedOn?: (what: HandedOn) => void;
  /** Without it the card has no way in: its reader is in already. */
  onOpen?: () => void;
}

export function PersonCard(props: PersonCardProps) {
  const { participant, link, isMine, onHandedOn, onOpen } = props;
  const { name, code, slot } = participant;
  const canShare = 'share' in navigator;

  async function share(): Promise<void> {
    try {
      // The link alone: whoever sees it on its way cannot come in without the code.
      await navigator.share({ url: link });
      onHandedOn?.('link');
    } catch {
      // Closed without sharing.
    }
  }

  return (
    <section class="card person" aria-labelledby={`person-${slot}`}>
      <div class="person-head">
        <h2 id={`person-${slot}`}>
          <bdi>{name}</bdi>
        </h2>
        {isMine && <span class="label">{readyText.you}</span>}
      </div>
      <CopyRow
        label={readyText.link}
        value={link}
        copyLabel={readyText.copyLink(name)}
        copiedText={readyText.linkCopied(name)}
        class="secret-link"
        onCopied={() => onHandedOn?.('link')}
      />
      <QrCode value={link} label={readyText.qr(name)} />
      <CopyRow
        label={readyText.code}
        value={code}
        copyLabel={readyText.copyCode(name)}
        copiedText={readyText.codeCopied(name)}
        class="secret-code"
        onCopied={() => onHandedOn?.('code')}
      />
      <div class="person-actions">
        {canShare && (
          <button
            type="button"
            class="button"
            aria-label={readyText.shareLinkOf(name)}
            onClick={() => void share()}
          >
            {readyText.shareLink}
          </button>
        )}
        {onOpen && (
          <button
            type="button"
            class={isMine ? 'button button-main' : 'button'}
            onClick={() => {
              onHandedOn?.('link');
              onHandedOn?.('code');
              onOpen();
            }}
          >
            {readyText.openAs(name)}
          </button>
        )}
      </div>
    </section>
  );
}
