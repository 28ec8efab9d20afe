/** The dialog of links and codes, which is fetched when it is first asked for. */
import { useEffect, useState } from 'preact/hooks';
import { text } from '../catalogue/catalogue.ts';
import { extrasText } from '../catalogue/extras-catalogue.ts';
import { Dialog } from './Dialog.tsx';
import type * as linksDialog from './LinksDialog.tsx';

export function Links(props: linksDialog.LinksProps) {
  const [parts, setParts] = useState<typeof linksDialog | 'missing' | null>(null);
  useEffect(() => {
    import('./LinksDialog.tsx').then(setParts, () => setParts('missing'));
  }, []);
  if (parts === null) return null;
  if (parts !== 'missing') return <parts.LinksDialog {...props} />;
  return (
    <Dialog heading={text.join.notLoadedHeading} onClose={props.onClose}>
      <p role="alert">{text.join.notLoaded}</p>
      <div class="dialog-buttons">
        <button type="button" class="button" data-focus onClick={props.onClose}>
          {extrasText.close}
        </button>
      </div>
    </Dialog>
  );
}
