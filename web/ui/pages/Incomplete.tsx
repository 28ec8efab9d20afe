/** C. The key of a link is missing: it may still be somewhere in the message that brought it. */
import { useRef, useState } from 'preact/hooks';
import type { LinkParts } from '../../../server/protocol/link.ts';
import { parsePastedLink } from '../../core/session-link.ts';
import { text } from '../catalogue/catalogue.ts';
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
    setProblem(typed.trim() === '' ? text.join.pasteEmpty : text.join.pasteWrong);
    setTurn(turn + 1);
    returnTo(field.current, typed);
  }

  return (
    <Page warnPlainHttp>
      <div class="intro">
        <Heading>{text.join.incompleteHeading}</Heading>
        <p>{text.join.incomplete}</p>
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
          label={text.join.pasteLabel}
          value={typed}
          onValue={setTyped}
          error={problem}
          turn={turn}
          inputRef={field}
          input={{ inputMode: 'url', autocapitalize: 'none', dir: 'ltr' }}
        />
        <button class="button button-main button-wide" type="submit">
          {text.join.pasteSubmit}
        </button>
      </form>
    </Page>
  );
}
