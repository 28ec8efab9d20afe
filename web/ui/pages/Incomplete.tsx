/** C. The key of a link is missing: it may still be somewhere in the message that brought it. */
import { useRef, useState } from 'preact/hooks';
import type { LinkParts } from '../../../server/protocol/link.ts';
import { parsePastedLink } from '../../core/session-link.ts';
import { incompleteText } from '../catalogue/incomplete-catalogue.ts';
import { Field, returnTo } from '../components/Field.tsx';
import { Heading } from '../components/Heading.tsx';
import { Page } from '../components/Page.tsx';

export function IncompletePage({ open }: { open: (link: LinkParts) => void }) {
  const [typed, setTyped] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);
  const field = useRef<HTMLInputElement>(null);

  function submit(): void {
    const link = parsePastedLink(typed);
    if (link !== null) return open(link);
    setProblem(typed.trim() === '' ? incompleteText.empty : incompleteText.wrong);
    setTurn(turn + 1);
    returnTo(field.current, typed);
  }

  return (
    <Page warnPlainHttp>
      <div class="intro">
        <Heading>{incompleteText.heading}</Heading>
        <p>{incompleteText.missing}</p>
      </div>
      <form
        class="card form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Field
          id="full-link"
          label={incompleteText.label}
          value={typed}
          onValue={setTyped}
          error={problem}
          turn={turn}
          inputRef={field}
          input={{ inputMode: 'url', autocapitalize: 'none', dir: 'ltr' }}
        />
        <button class="button button-main button-wide" type="submit">
          {incompleteText.submit}
        </button>
      </form>
    </Page>
  );
}
