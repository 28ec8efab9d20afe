/** A. Two names, and a chat is made. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Environment } from '../../core/environment.ts';
import type { NewSession } from '../../core/new-session.ts';
import type { Refused, Retry } from '../../core/session-api.ts';
import { startText } from '../catalogue/start-catalogue.ts';
import { Countdown } from '../components/Countdown.tsx';
import { ErrorSummary } from '../components/ErrorSummary.tsx';
import { Field, FieldError, returnTo } from '../components/Field.tsx';
import { Heading } from '../components/Heading.tsx';
import { Icon, type IconProps } from '../components/Icon.tsx';
import { Page } from '../components/Page.tsx';
import { LanguageSelect } from '../components/LanguageSelect.tsx';
import { SilenceChoice } from '../components/SilenceChoice.tsx';
import { createCreateForm, type CreateProblem } from '../create-form.ts';
import { formatCountdown, formatDuration } from '../durations.ts';
import { useLive } from '../live-value.ts';
import { checkNames } from '../name-problems.ts';

const YOURS = 'your-name';
const THEIRS = 'their-name';
const PROMISE_ICONS: readonly IconProps[] = [
  { name: 'lock' },
  { path: 'M12 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.5a7.5 7.5 0 0 1 15 0' },
  {
    path: 'M4 7h16M9.5 7V5a1 1 0 0 1 1-1h3a1 1 0 0 1 1 1v2M6 7l1 12a1.5 1.5 0 0 0 1.5 1.4h7A1.5 1.5 0 0 0 17 19l1-12',
  },
];

interface StartPageProps {
  environment: Pick<Environment, 'now' | 'schedule' | 'random'>;
  /** Told when someone begins to type: what creating needs can be fetched meanwhile. */
  prepare: () => void;
  create: (names: [string, string], idle: string) => Promise<NewSession | Retry | Refused>;
  onCreated: (created: NewSession) => void;
}

/** For the next visit, once it holds up nothing of this one. */
const AHEAD_MS = 3000;

interface Problems {
  yours: string | null;
  theirs: string | null;
}

export function StartPage({ environment, prepare, create, onCreated }: StartPageProps) {
  const [yours, setYours] = useState('');
  const [theirs, setTheirs] = useState('');
  const [idle, setIdle] = useState('');
  const [problems, setProblems] = useState<Problems>({ yours: null, theirs: null });
  const [turn, setTurn] = useState(0);
  const form = useMemo(() => {
    const isOffline = () => !navigator.onLine;
    return createCreateForm({ environment, isOffline, create, onCreated });
  }, []);
  useEffect(() => () => form.stop(), [form]);
  useEffect(() => environment.schedule(prepareOffline, AHEAD_MS), []);
  const failure = useLive(form.problem);
  const isBusy = useLive(form.busy);
  const yourField = useRef<HTMLInputElement>(null);
  const theirField = useRef<HTMLInputElement>(null);

  function submit(): void {
    if (isBusy) return;
    const checked = checkNames(yours, theirs);
    if (!('names' in checked)) return showProblems(checked);
    setProblems({ yours: null, theirs: null });
    form.submit(checked.names, idle);
  }

  /** What is on its way to being made is not what stands there any more. */
  function editing<T>(set: (value: T) => void): (value: T) => void {
    return (value) => {
      set(value);
      form.edited();
    };
  }

  function showProblems(found: Problems): void {
    setProblems(found);
    setTurn(turn + 1);
    // Two: the summary takes the focus.
    if (found.yours === null) returnTo(theirField.current, theirs);
    else if (found.theirs === null) returnTo(yourField.current, yours);
  }

  const errors = [
    { fieldId: YOURS, message: problems.yours },
    { fieldId: THEIRS, message: problems.theirs },
  ].filter((error): error is { fieldId: string; message: string } => error.message !== null);

  return (
    <Page warnPlainHttp>
      <div class="intro">
        <Heading>{startText.heading}</Heading>
        <p>{startText.lead}</p>
      </div>
      <form
        class="card form"
        noValidate
        onFocusIn={prepare}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {errors.length > 1 && (
          <ErrorSummary heading={startText.problems(errors.length)} errors={errors} turn={turn} />
        )}
        <Field
          id={YOURS}
          label={startText.yourName}
          value={yours}
          onValue={editing(setYours)}
          error={problems.yours}
          turn={turn}
          quiet={errors.length > 1}
          inputRef={yourField}
          input={{ autocapitalize: 'words' }}
        />
        <Field
          id={THEIRS}
          label={startText.theirName}
          value={theirs}
          onValue={editing(setTheirs)}
          error={problems.theirs}
          turn={turn}
          quiet={errors.length > 1}
          inputRef={theirField}
          input={{ autocapitalize: 'words' }}
        />
        <SilenceChoice value={idle} onValue={editing(setIdle)} />
        <div role="alert">
          {failure !== null && (
            <FieldError id="failure" key={failure.kind}>
              <FailureText failure={failure} now={() => environment.now()} />
            </FieldError>
          )}
        </div>
        <button class="button button-main button-wide" type="submit" aria-busy={isBusy}>
          {isBusy ? startText.creating : startText.create}
        </button>
      </form>
      <ul class="promises">
        {startText.promises.map((promise, index) => (
          <li key={promise}>
            <Icon {...PROMISE_ICONS[index]} size={18} />
            <span>{promise}</span>
          </li>
        ))}
      </ul>
      <p class="language">
        <label for="language">{startText.language}</label>
        <LanguageSelect id="language" />
      </p>
    </Page>
  );
}

function FailureText({ failure, now }: { failure: CreateProblem; now: () => number }) {
  if (failure.kind === 'tooMany') {
    const { tooMany } = startText;
    return (
      <Countdown until={failure.until} now={now} told={(left) => tooMany(formatDuration(left))}>
        {(left) => tooMany(formatCountdown(left))}
      </Countdown>
    );
  }
  if (failure.kind === 'busy') {
    const busy = (left: number) => startText.busy(Math.ceil(left / 1000));
    return (
      <Countdown until={failure.until} now={now} told={busy}>
        {busy}
      </Countdown>
    );
  }
  return <>{startText[failure.kind]}</>;
}

function prepareOffline(): void {
  import('../register-worker.ts').catch(() => {});
}
