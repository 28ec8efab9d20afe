/** What will be sent, above the field, and where a file that is dragged over the chat would go. */
import { useEffect, useState } from 'preact/hooks';
import { filesText } from '../catalogue/files-catalogue.ts';
import type { ChatFiles } from '../chat-files.ts';
import { formatSize } from '../file-sizes.ts';
import type { TrayEntry } from '../file-tray.ts';
import { useLive } from '../live-value.ts';
import { formatElapsed } from '../voice-rules.ts';
import { PAGE } from './FileBody.tsx';
import { Icon } from './Icon.tsx';
import { VoicePlayer } from './VoicePlayer.tsx';

interface FileTrayProps {
  files: ChatFiles;
  other: string;
}

export function FileTray({ files, other }: FileTrayProps) {
  const { entries, left } = useLive(files.tray.state);
  const isMet = useLive(files.isMet);
  const asked = useLive(files.asked);
  const isDragged = useDragged();
  const problem = useLive(files.voice.problem);
  const isPreparing = entries.some(({ file, problem }) => !file && problem === null);
  return (
    <>
      <output class="sr-only">
        {entries.length > 0 && `${filesText.tray}: ${entries.map(titleOf).join(', ')}`}
      </output>
      {isDragged && <div class="drop-veil">{filesText.drop(other)}</div>}
      {problem !== null && (
        <p class="column composer-note" role="alert">
          {filesText.voice.problem[problem]}
        </p>
      )}
      {entries.length > 0 && (
        <section class="column tray" aria-label={filesText.tray}>
          <ul>
            {entries.map((entry) => (
              <TrayRow
                key={entry.id}
                entry={entry}
                remove={() => {
                  files.tray.remove(entry.id);
                  files.goOn();
                }}
              />
            ))}
          </ul>
          {isMet ? (
            left && <p class="tray-note">{filesText.room(formatSize(left.bytes, 'down'))}</p>
          ) : (
            // A press on Send says it once more.
            <p class="tray-note" role="alert" key={asked}>
              {filesText.notMet(other)}
            </p>
          )}
          {isMet && isPreparing && asked > 0 && (
            <p class="tray-note" role="alert" key={asked}>
              {filesText.wait}
            </p>
          )}
        </section>
      )}
    </>
  );
}

function TrayRow({ entry, remove }: { entry: TrayEntry; remove: () => void }) {
  const { name, size, file, url, problem, note, durationMs } = entry;
  const isVoice = durationMs !== null;
  return (
    <li class="tray-row">
      {url === null && !isVoice && (
        <span class="tray-blank">
          <Icon path={PAGE} size={28} />
        </span>
      )}
      {url !== null && !isVoice && <img class="tray-picture" src={url} alt="" />}
      <div class="file-about">
        <bdi class="file-name">{titleOf(entry)}</bdi>
        {problem === null ? (
          <span class="file-size">{file ? formatSize(size) : filesText.preparing}</span>
        ) : (
          <span class="tray-problem" role="alert">
            {problem}
          </span>
        )}
        {note !== null && <span class="file-size">{note}</span>}
        {url !== null && isVoice && <VoicePlayer url={url} durationMs={durationMs} />}
      </div>
      <button
        type="button"
        class="button button-round button-plain"
        aria-label={filesText.remove(name)}
        onClick={remove}
      >
        <Icon name="close" size={18} />
      </button>
    </li>
  );
}

/** A recording has a name for whoever saves it: here it says how long it is. */
function titleOf({ name, durationMs }: TrayEntry): string {
  return durationMs === null ? name : filesText.voice.player(formatElapsed(durationMs));
}

/** True while files are held over the page. */
function useDragged(): boolean {
  const [isDragged, setDragged] = useState(false);
  useEffect(() => {
    const over = ({ dataTransfer }: DragEvent) =>
      setDragged(dataTransfer?.types.includes('Files') === true);
    // Where the pointer leaves the page it goes to nothing.
    const leave = ({ relatedTarget }: DragEvent) => relatedTarget === null && setDragged(false);
    const done = () => setDragged(false);
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', done);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', done);
    };
  }, []);
  return isDragged;
}
