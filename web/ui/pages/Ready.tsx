/** B. The two cards to hand on. Leaving before both were handed on asks first. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { NewParticipant } from '../../core/new-session.ts';
import { readyText } from '../catalogue/ready-catalogue.ts';
import { Heading } from '../components/Heading.tsx';
import { Notice } from '../components/Notice.tsx';
import { Page } from '../components/Page.tsx';
import { PersonCard, type HandedOn } from '../components/PersonCard.tsx';
import { formatDuration } from '../durations.ts';
import type { ReadyCards } from '../ready-cards.ts';

interface ReadyPageProps {
  cards: ReadyCards;
  openAs: (participant: NewParticipant) => void;
  /** Asks whether the cards are still needed; called when the page is seen again. */
  onSeen: () => void;
}

export function ReadyPage({ cards, openAs, onSeen }: ReadyPageProps) {
  const [useLan, setUseLan] = useState(false);
  // Not state: nothing on screen depends on it.
  const handed = useRef(new Set<string>());
  const { participants, lanLinks, expiresAt } = cards;
  const lanBase = lanLinks?.[0].replace(/\/c#.*$/, '') ?? null;

  useEffect(() => {
    const onBeforeUnload = (event: BeforeUnloadEvent) => {
      if (handed.current.size < 2 * participants.length) event.preventDefault();
    };
    const onVisible = () => document.visibilityState === 'visible' && onSeen();
    addEventListener('beforeunload', onBeforeUnload);
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      removeEventListener('beforeunload', onBeforeUnload);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [cards]);

  function onHandedOn(slot: string, what: HandedOn): void {
    handed.current.add(`${slot} ${what}`);
  }

  return (
    // A link to the address where one is would be taken for a reload, and so lead back to here.
    <Page wide warnPlainHttp home="./?">
      <div class="intro">
        <Heading>{readyText.heading}</Heading>
        <p>
          {readyText.lead} {readyText.within(formatDuration(expiresAt - Date.now()))}
        </p>
      </div>
      {lanBase !== null && (
        <Notice
          action={
            !useLan && (
              <button type="button" class="button" onClick={() => setUseLan(true)}>
                {readyText.useAddress}
              </button>
            )
          }
        >
          <output>{useLan ? readyText.addressUsed(lanBase) : readyText.localhost(lanBase)}</output>
        </Notice>
      )}
      <div class="cards">
        {participants.map((participant, index) => (
          <PersonCard
            key={participant.slot}
            participant={participant}
            isMine={participant.slot === 'a'}
            link={(useLan ? lanLinks?.[index] : undefined) ?? participant.link}
            onHandedOn={(what) => onHandedOn(participant.slot, what)}
            onOpen={() => openAs(participant)}
          />
        ))}
      </div>
      <button type="button" class="button print-button" onClick={() => print()}>
        {readyText.print}
      </button>
    </Page>
  );
}
