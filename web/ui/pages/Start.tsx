/** A. Two names, and a chat is made. */
import { useRef, useState } from 'preact/hooks';
import type { NewSession } from '../../core/new-session.ts';
import type { Refused, Retry } from '../../core/session-api.ts';
import { startText } from '../catalogue/start-catalogue.ts';
import { ErrorSummary } from '../components/ErrorSummary.tsx';
import { Field, FieldError, returnTo } from '../components/Field.tsx';
import { Heading } from '../components/Heading.tsx';
import { Icon, type IconName } from '../components/Icon.tsx';
import { Page } from '../components/Page.tsx';
import { SilenceChoice } from '../components/SilenceChoice.tsx';
import { checkNames } from '../name-problems.ts';
import { formatCountdown } from '../durations.ts';

const YOURS = 'your-name';
const THEIRS = 'their-name';
const PROMISE_ICONS: readonly IconName[] = ['lock', 'person', 'fade'];

interface StartPageProps {
  /** Told when someone begins to type: what creating needs can be fetched meanwhile. */
  prepare: () => void;
  create: (names: [string, string], idle: string) => Promise<NewSession | Retry | Refused>;
  onCreated: (created: NewSession) => void;
}

interface Problems {
  yours: string | null;
  theirs: string | null;
}

export function StartPage({ prepare, create, onCreated }: StartPageProps) {
  const [yours, setYours] = useState('');
  const [theirs, setTheirs] = useState('');
  const [idle, setIdle] = useState('');
  const [problems, setProblems] = useState<Problems>({ yours: null, theirs: null });
  const [failure, setFailure] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);
  const [isBusy, setBusy] = useState(false);
  // Beside the state, since two presses may come before a render.
  const busy = useRef(false);
  const yourField = useRef<HTMLInputElement>(null);
  const theirField = useRef<HTMLInputElement>(null);

  async function submit(): Promise<void> {
    if (busy.current) return;
    const checked = checkNames(yours, theirs);
    setFailure(null);
    if (!('names' in checked)) return showProblems(checked);
    setProblems({ yours: null, theirs: null });
    busy.current = true;
    setBusy(true);
    const result = await create(checked.names, idle);
    busy.current = false;
    setBusy(false);
    if (result.result === 'created') onCreated(result);
    else setFailure(failureText(result));
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
          void submit();
        }}
      >
        {errors.length > 1 && (
          <ErrorSummary heading={startText.problems(errors.length)} errors={errors} turn={turn} />
        )}
        <Field
          id={YOURS}
          label={startText.yourName}
          value={yours}
          onValue={setYours}
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
          onValue={setTheirs}
          error={problems.theirs}
          turn={turn}
          quiet={errors.length > 1}
          inputRef={theirField}
          input={{ autocapitalize: 'words' }}
        />
        <SilenceChoice value={idle} onValue={setIdle} />
        <div role="alert">
          {failure !== null && <FieldError id="failure">{failure}</FieldError>}
        </div>
        <button class="button button-main button-wide" type="submit" aria-busy={isBusy}>
          {isBusy ? startText.creating : startText.create}
        </button>
      </form>
      <ul class="promises">
        {startText.promises.map((promise, index) => (
          <li key={promise}>
            <Icon name={PROMISE_ICONS[index] ?? 'check'} size={18} />
            <span>{promise}</span>
          </li>
        ))}
      </ul>
    </Page>
  );
}

function failureText(failure: Retry | Refused): string {
  if (failure.result === 'refused') return startText.refused;
  if (failure.code === 'rate_limited') {
    return startText.tooMany(formatCountdown(failure.retryInMs ?? 60_000));
  }
  if (failure.code === 'busy') return startText.busy;
  if (failure.code === null && !navigator.onLine) return startText.offline;
  return startText.notAnswering;
}
