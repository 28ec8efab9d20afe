/** A file in its bubble: a picture with room kept for it, a voice, or a row with a name. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { FileContent, MessageItem } from '../../core/chat-view.ts';
import type { FileState } from '../../core/file-fetching.ts';
import { pictureKind, soundKind } from '../../core/file-kind.ts';
import { fileName } from '../../core/file-name.ts';
import type { Sending } from '../../core/file-sending.ts';
import { filesText } from '../catalogue/files-catalogue.ts';
import type { ChatFiles } from '../chat-files.ts';
import { formatShare, formatSize } from '../file-sizes.ts';
import { useLive } from '../live-value.ts';
import { Icon } from './Icon.tsx';
import { PictureViewer } from './PictureViewer.tsx';
import { VoicePlayer } from './VoicePlayer.tsx';

export const PAGE =
  'M13.5 3.5h-6A1.5 1.5 0 0 0 6 5v14a1.5 1.5 0 0 0 1.5 1.5h9A1.5 1.5 0 0 0 18 19V8ZM13.5 3.5V8H18';
const DOWNLOAD = 'M12 4v11M6.5 10 12 15.5 17.5 10M5 20h14';

/** The largest a picture is in its bubble, and the least that can be hit. */
const [MOST_WIDE, MOST_HIGH, LEAST] = [320, 360, 72];

interface FileBodyProps {
  files: ChatFiles;
  item: MessageItem;
}

interface ShownProps extends FileBodyProps {
  body: FileContent;
  /** Fit to be shown and saved under. */
  name: string;
  state: FileState;
}

export function FileBody({ files, item }: FileBodyProps) {
  const { cid, body } = item;
  const sending = useLive(files.sending).find((one) => one.item.cid === cid);
  const state = useLive(files.stateOf(cid));
  if (body.kind !== 'file') return null;
  const name = fileName(body.name, filesText.fileName);
  const shown = { files, item, body, name, state };
  const isHere = state.state === 'here';
  // What turns out to be something else is a file to save, whatever its message calls it.
  const isPicture = body.width !== undefined && (!isHere || pictureKind(state.bytes) !== null);
  const isVoice = body.durationMs !== undefined && (!isHere || soundKind(state.bytes) !== null);
  return (
    <div class="file">
      {isPicture ? <Picture {...shown} /> : isVoice ? <Voice {...shown} /> : <FileRow {...shown} />}
      {sending && <SendingRow files={files} sending={sending} name={name} />}
    </div>
  );
}

function Picture(props: ShownProps) {
  const { files, item, body, name, state } = props;
  const frame = useWanted<HTMLDivElement>(props);
  const [isOpen, setOpen] = useState(false);
  const { width = 1, height = 1 } = body;
  const share = Math.min(1, MOST_WIDE / width, MOST_HIGH / height);
  const room = {
    inlineSize: `${Math.max(LEAST, Math.round(width * share))}px`,
    aspectRatio: `${Math.max(LEAST, width * share)} / ${Math.max(LEAST, height * share)}`,
  };
  const url = state.state === 'here' ? files.urlOf(item.cid, state.bytes) : null;
  return (
    <div class="picture" ref={frame} style={room}>
      {url === null ? (
        <FileTrouble {...props} />
      ) : (
        <button
          type="button"
          class="picture-button"
          aria-label={filesText.show(name)}
          onClick={() => setOpen(true)}
        >
          <img src={url} alt={filesText.picture(name)} />
        </button>
      )}
      {isOpen && url !== null && (
        <PictureViewer url={url} name={name} onClose={() => setOpen(false)} />
      )}
    </div>
  );
}

function Voice(props: ShownProps) {
  const { files, item, body, state } = props;
  const frame = useWanted<HTMLDivElement>(props);
  return (
    <div class="voice" ref={frame}>
      {state.state === 'here' ? (
        <VoicePlayer url={files.urlOf(item.cid, state.bytes)} durationMs={body.durationMs ?? 0} />
      ) : (
        <FileTrouble {...props} />
      )}
    </div>
  );
}

function FileRow(props: ShownProps) {
  const { files, item, body, name, state } = props;
  const isAsked = useRef(false);
  useEffect(() => {
    if (state.state !== 'here' || !isAsked.current) return;
    isAsked.current = false;
    saveAs(files.urlOf(item.cid, state.bytes), name);
  }, [state]);
  return (
    <>
      <div class="file-row">
        <Icon path={PAGE} size={28} />
        <div class="file-about">
          <bdi class="file-name">{name}</bdi>
          <span class="file-size">{formatSize(body.size)}</span>
        </div>
        {item.seq !== null && (
          <button
            type="button"
            class="button button-round button-plain"
            aria-label={filesText.download(name)}
            onClick={() => {
              isAsked.current = true;
              if (state.state === 'here') saveAs(files.urlOf(item.cid, state.bytes), name);
              else files.want(item);
            }}
          >
            <Icon path={DOWNLOAD} size={22} />
          </button>
        )}
      </div>
      {isAsked.current && <FileTrouble {...props} />}
    </>
  );
}

/** How it comes, or why it does not. */
function FileTrouble({ files, item, state }: ShownProps) {
  if (state.state === 'failed') {
    return (
      <output class="file-trouble">
        {filesText.problem[state.problem]}{' '}
        {state.problem === 'refused' && (
          <button type="button" class="link-button" onClick={() => files.want(item)}>
            {filesText.load}
          </button>
        )}
      </output>
    );
  }
  const share = state.state === 'fetching' ? state.share : 0;
  return (
    <progress
      class="file-progress"
      aria-label={filesText.fetching(formatShare(share))}
      value={share}
    />
  );
}

interface SendingRowProps {
  files: ChatFiles;
  sending: Sending;
  name: string;
}

function SendingRow({ files, sending, name }: SendingRowProps) {
  const { item, share, problem } = sending;
  if (problem !== null) return <p class="file-trouble">{filesText.notSent[problem]}</p>;
  return (
    <div class="file-sending">
      <progress
        class="file-progress"
        aria-label={filesText.sending(name, formatShare(share))}
        value={share}
      />
      <button
        type="button"
        class="link-button"
        aria-label={filesText.cancelFile(name)}
        onClick={() => files.cancel(item.cid)}
      >
        {filesText.cancel}
      </button>
    </div>
  );
}

/** Fetched when it comes near the screen. */
function useWanted<T extends HTMLElement>({ files, item, state }: ShownProps) {
  const element = useRef<T>(null);
  const isAway = state.state === 'away' && item.seq !== null;
  useEffect(() => {
    if (!isAway || element.current === null) return undefined;
    const observer = new IntersectionObserver(
      (seen) => seen.some(({ isIntersecting }) => isIntersecting) && files.want(item),
      { rootMargin: '200px' },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [isAway]);
  return element;
}

export function saveAs(url: string, name: string): void {
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
}
