/** One picture, as large as the screen lets it be. Esc closes it, and so does Back, as on phones. */
import { useEffect, useRef } from 'preact/hooks';
import { filesText } from '../catalogue/files-catalogue.ts';
import { Icon } from './Icon.tsx';

interface PictureViewerProps {
  url: string;
  name: string;
  onClose: () => void;
}

export function PictureViewer({ url, name, onClose }: PictureViewerProps) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const opener = document.activeElement;
    element.current?.showModal();
    // An entry for Back to take away, instead of the router: else it would lead out of the chat.
    history.pushState(history.state, '');
    // oxlint-disable unicorn/prefer-add-event-listener -- as it is the router's
    const { onpopstate } = window;
    window.onpopstate = onClose;
    return () => {
      window.onpopstate = onpopstate;
      // oxlint-enable unicorn/prefer-add-event-listener
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      class="viewer"
      aria-label={filesText.picture(name)}
      onCancel={(event) => {
        event.preventDefault();
        history.back();
      }}
    >
      <div class="viewer-bar">
        <bdi class="file-name">{name}</bdi>
        <a class="button" href={url} download={name}>
          {filesText.save}
        </a>
        <button
          type="button"
          class="button button-round"
          aria-label={filesText.close}
          onClick={() => history.back()}
        >
          <Icon name="close" size={22} />
        </button>
      </div>
      <img src={url} alt={filesText.picture(name)} />
    </dialog>
  );
}
