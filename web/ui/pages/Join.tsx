/** C. A link was opened: the code is asked for. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { EnteredSession } from '../../core/entering.ts';
import { text } from '../catalogue/catalogue.ts';
import type { CodeForm, CodeProblem } from '../code-form.ts';
import { Countdown } from '../components/Countdown.tsx';
import { Field, returnTo } from '../components/Field.tsx';
import { Heading } from '../components/Heading.tsx';
import { Page } from '../components/Page.tsx';
import { formatCountdown, formatDuration } from '../durations.ts';
import { useLive } from '../live-value.ts';
import { otherSlot } from '../../core/chat-view.ts';

interface JoinPageProps {
  session: EnteredSession;
  form: CodeForm;
  now: () => number;
}

export function JoinPage({ session, form, now }: JoinPageProps) {
  const [typed, setTyped] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const submitted = useRef('');
  const { names, slot } = session;
  const other = names[otherSlot(slot)];
  const isCreator = slot === 'a';
  const problem = useLive(form.problem);
  const turn = useLive(form.turn);
  const busy = useLive(form.busy);
  const wasLocked = useRef(false);
  const unlocked = wasLocked.current && problem === null;
  wasLocked.current = problem?.kind === 'locked' || unlocked;

  useEffect(() => {
    if (turn > 0) returnTo(field.current, submitted.current);
  }, [turn]);

  return (
    <Page warnPlainHttp>
      <div class="intro">
        <Heading>{text.join.hello(names[slot])}</Heading>
        <p>{isCreator ? text.join.yours(other) : text.join.invitation(other)}</p>
      </div>
      <form
        class="card form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) submitted.current = typed;
          form.submit(typed);
        }}
      >
        <Field
          id="code"
          label={text.join.code}
          hint={isCreator ? text.join.hintYours : text.join.hint(other)}
          value={typed}
          onValue={(value) => {
            setTyped(value);
            form.edited();
          }}
          error={problem && <ProblemText key={problem.kind} problem={problem} now={now} />}
          turn={turn}
          inputRef={field}
          inputClass="input-code"
          input={{
            autocomplete: 'one-time-code',
            autocapitalize: 'characters',
            inputMode: 'text',
            dir: 'ltr',
          }}
        />
        <output class="sr-only">{unlocked ? text.join.unlocked : ''}</output>
        <button class="button button-main button-wide" type="submit" aria-busy={busy}>
          {busy ? text.join.checking : text.join.submit}
        </button>
      </form>
    </Page>
  );
}

function ProblemText({ problem, now }: { problem: CodeProblem; now: () => number }) {
  const { join } = text;
  if (problem.kind === 'wrong') return <>{join.wrong(problem.triesLeft)}</>;
  if (problem.kind === 'locked') {
    return (
      <Countdown until={problem.until} now={now} told={(left) => join.locked(formatDuration(left))}>
        {(left) => join.locked(formatCountdown(left))}
      </Countdown>
    );
  }
  if (problem.kind === 'busy') {
    return (
      <Countdown until={problem.until} now={now} told={(left) => join.busy(Math.ceil(left / 1000))}>
        {(left) => join.busy(Math.ceil(left / 1000))}
      </Countdown>
    );
  }
  return <>{join[problem.kind]}</>;
}
