/**
 * Links and codes of an open chat: one's own link for another device, and new ones for either of
 * the two. What was just made is shown until the dialog is closed, and kept nowhere.
 */
import { useRef, useState } from 'preact/hooks';
import type { Slot } from '../../../server/protocol/frames.ts';
import { otherSlot, type Chat } from '../../core/chat-view.ts';
import type { NewParticipant } from '../../core/new-session.ts';
import { createRenewal, formatLink, type Renewed } from '../../core/renewing.ts';
import { linksText } from '../catalogue/links-catalogue.ts';
import type { LinkPlace } from '../link-place.ts';
import { api, base } from '../page-api.ts';
import { replaceReadyCard } from '../ready-cards.ts';
import { Dialog } from './Dialog.tsx';
import { FieldError } from './Field.tsx';
import { PersonCard } from './PersonCard.tsx';
import { OwnLink } from './OwnLink.tsx';

export interface LinksProps {
  chat: Chat;
  flow: LinkPlace;
  /** The page stands at the other's link. */
  asOther: boolean;
  onClose: () => void;
}

export function LinksDialog({ chat, flow, asOther, onClose }: LinksProps) {
  const { slot, names } = chat;
  const [asked, setAsked] = useState<Slot | null>(null);
  /** One goes on from there. */
  const [lastAsked, setLastAsked] = useState<Slot | null>(null);
  const [made, setMade] = useState<NewParticipant | null>(null);

  function onMade(renewed: Extract<Renewed, { result: 'renewed' }>, whose: Slot): void {
    const link = formatLink(base, renewed.link);
    const participant = { slot: whose, name: names[whose], link, code: renewed.code };
    replaceReadyCard(chat.sid, participant);
    // The page stands at its own link, or at the other's where the browser is somebody already.
    if (whose === (asOther ? otherSlot(slot) : slot)) flow.moveTo(renewed.link);
    setMade(participant);
  }

  if (made) return <Made {...{ participant: made, isMine: made.slot === slot, onClose }} />;
  if (asked) {
    const other = names[otherSlot(slot)];
    const words = asked === slot ? linksText.mine : linksText.theirs(other);
    return (
      <Ask
        key={asked}
        {...words}
        other={other}
        attempt={createRenewal({ api, chat, link: flow.link(), slot: asked })}
        onMade={(renewed) => onMade(renewed, asked)}
        onBack={() => {
          setLastAsked(asked);
          setAsked(null);
        }}
      />
    );
  }
  return (
    <Dialog heading={linksText.heading} onClose={onClose}>
      <div class="links">
        {!asOther && <OwnLink link={formatLink(base, flow.link())} />}
        <Offer
          {...linksText.theirs(names[otherSlot(slot)])}
          isLast={lastAsked === otherSlot(slot)}
          onChoice={() => setAsked(otherSlot(slot))}
        />
        <Offer {...linksText.mine} isLast={lastAsked === slot} onChoice={() => setAsked(slot)} />
      </div>
      <div class="dialog-buttons">
        <button type="button" class="button" onClick={onClose}>
          {linksText.close}
        </button>
      </div>
    </Dialog>
  );
}

interface OfferProps {
  offer: string;
  when: string;
  isLast: boolean;
  onChoice: () => void;
}

function Offer({ offer, when, isLast, onChoice }: OfferProps) {
  return (
    <div class="links-part">
      <button
        type="button"
        class="button button-wide"
        data-focus={isLast || undefined}
        onClick={onChoice}
      >
        {offer}
      </button>
      <p class="quiet">{when}</p>
    </div>
  );
}

interface AskProps {
  ask: string;
  what: string;
  other: string;
  attempt: () => Promise<Renewed>;
  onMade: (renewed: Extract<Renewed, { result: 'renewed' }>) => void;
  onBack: () => void;
}

/** Says what it does, and goes on only when told to. */
function Ask({ ask, what, other, attempt, onMade, onBack }: AskProps) {
  // The same for every press: it remembers what may have been done already.
  const [makeNew] = useState(() => attempt);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Exclude<Renewed['result'], 'renewed'> | null>(null);

  async function go(): Promise<void> {
    if (isBusy) return;
    setBusy(true);
    setFailure(null);
    const renewed = await makeNew();
    setBusy(false);
    if (renewed.result === 'renewed') onMade(renewed);
    else setFailure(renewed.result);
  }

  return (
    <Dialog heading={ask} describedBy="links-what" onClose={onBack}>
      <p class="quiet" id="links-what">
        {what}
      </p>
      <div role="alert">
        {failure !== null && (
          <FieldError id="links-failed">{linksText.failures(other)[failure]}</FieldError>
        )}
      </div>
      <div class="dialog-buttons">
        <button type="button" class="button" data-focus onClick={onBack}>
          {linksText.back}
        </button>
        <button
          type="button"
          class="button button-main"
          aria-busy={isBusy}
          onClick={() => void go()}
        >
          {isBusy ? linksText.making : linksText.make}
        </button>
      </div>
    </Dialog>
  );
}

interface MadeProps {
  participant: NewParticipant;
  isMine: boolean;
  onClose: () => void;
}

function Made({ participant, isMine, onClose }: MadeProps) {
  const { name } = participant;
  const done = useRef<HTMLButtonElement>(null);
  const isAsked = useRef(false);
  /** They are shown once: the first Esc may have been meant for something else. */
  function leave(): void {
    if (isAsked.current) return onClose();
    isAsked.current = true;
    done.current?.focus();
  }
  return (
    <Dialog
      heading={isMine ? linksText.madeMine : linksText.madeTheirs(name)}
      describedBy="links-made"
      onClose={leave}
    >
      <p class="quiet" id="links-made">
        {isMine ? linksText.keepMine : linksText.handOn(name)}
      </p>
      <PersonCard participant={participant} link={participant.link} isMine={isMine} />
      <div class="dialog-buttons">
        <button ref={done} type="button" class="button" onClick={onClose}>
          {linksText.done}
        </button>
        <button type="button" class="button" onClick={() => print()}>
          {linksText.print}
        </button>
      </div>
    </Dialog>
  );
}
