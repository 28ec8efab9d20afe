/**
 * What was chosen and not sent yet: each file is looked at and made ready as it comes, and what
 * cannot be sent says why, before anything has left the device.
 */
import { computed, signal } from '@preact/signals-core';
import type { SessionLimits } from '../../server/protocol/frames.ts';
import type { Item } from '../core/chat-view.ts';
import { boxBytes, roomLeft, type FileRoom } from '../core/file-room.ts';
import type { PreparedFile } from '../core/file-sending.ts';
import { filesText } from './catalogue/files-catalogue.ts';
import { plainBuffer, prepareFile } from './file-preparing.ts';
import { formatSize } from './file-sizes.ts';

export interface TrayEntry {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  /** Null while it is being prepared, and where there is a problem. */
  readonly file: PreparedFile | null;
  readonly problem: string | null;
  /** Of a picture or a voice message: what is shown of it. */
  readonly url: string | null;
  readonly note: string | null;
  /** Of a voice message: it can be listened to. */
  readonly durationMs: number | null;
}

/** A recording, and what there is to say about its end. */
export type TrayVoice = Pick<TrayEntry, 'note'> & { durationMs: number };

interface TrayOptions {
  /** Null until the server has told. */
  limits: () => SessionLimits | null;
  items: () => readonly Item[];
}

export type FileTrayState = ReturnType<typeof createFileTray>;

export function createFileTray({ limits, items }: TrayOptions) {
  const entries = signal<readonly TrayEntry[]>([]);
  let nextId = 0;

  function change(id: number, part: Partial<TrayEntry>): void {
    entries.value = entries.value.map((entry) => (entry.id === id ? { ...entry, ...part } : entry));
  }

  async function prepare(id: number, chosen: File, voice?: TrayVoice): Promise<void> {
    const most = limits()?.fileBytes ?? Infinity;
    const prepared = await prepareFile(chosen, most);
    if (!entries.value.some((entry) => entry.id === id)) return;
    if ('problem' in prepared) {
      const { problem, size } = prepared;
      const words =
        problem === 'too_large'
          ? filesText.tooLarge(formatSize(size), formatSize(most, 'down'))
          : filesText[problem];
      return change(id, { problem: words, size });
    }
    const { bytes, about } = prepared.file;
    const { name, mime } = about;
    const isShown = prepared.isPicture || voice !== undefined;
    const url = isShown
      ? URL.createObjectURL(new Blob([plainBuffer(bytes)], { type: mime }))
      : null;
    const file = voice
      ? { bytes, about: { ...about, durationMs: voice.durationMs } }
      : prepared.file;
    const note = /^(video|image\/hei[cf])/.test(mime) ? filesText.mayTell : null;
    change(id, { file, name, size: bytes.length, url, note: voice?.note ?? note });
  }

  /** Fulfilled once it can be sent, or says why it cannot. */
  async function put(chosen: File, voice?: TrayVoice): Promise<number> {
    const id = (nextId += 1);
    const durationMs = voice?.durationMs ?? null;
    const blank = { file: null, problem: null, url: null, note: null, durationMs };
    entries.value = [...entries.value, { id, name: chosen.name, size: chosen.size, ...blank }];
    await prepare(id, chosen, voice);
    return id;
  }

  function drop(which: (entry: TrayEntry) => boolean): void {
    for (const { url } of entries.value.filter(which)) if (url !== null) URL.revokeObjectURL(url);
    entries.value = entries.value.filter((entry) => !which(entry));
  }

  /** Where those before it take what room there is. */
  const withRoom = computed(() => {
    const known = limits();
    if (!known) return { entries: entries.value, left: null };
    let left = roomLeft(items(), known);
    const checked = entries.value.map((entry) => {
      if (!entry.file) return entry;
      const next: FileRoom = { files: left.files - 1, bytes: left.bytes - boxBytes([entry.size]) };
      const fits = next.files >= 0 && next.bytes >= 0;
      if (fits) left = next;
      return fits ? entry : { ...entry, file: null, problem: noRoomWords(left) };
    });
    return { entries: checked, left };
  });

  return {
    state: withRoom,

    add(chosen: readonly File[]): void {
      for (const one of chosen) void put(one);
    },

    /** Its number, once it is ready. */
    addVoice: put,

    remove: (id: number) => drop((entry) => entry.id === id),

    /** All that can be sent, in order, or that one alone; it leaves the tray. */
    take(only?: number): PreparedFile[] {
      const ready = withRoom.value.entries.filter(
        ({ id, file }) => file !== null && (only === undefined || id === only),
      );
      const ids = new Set(ready.map(({ id }) => id));
      drop(({ id }) => ids.has(id));
      return ready.flatMap(({ file }) => file ?? []);
    },

    clear: () => drop(() => true),
  };
}

function noRoomWords({ files, bytes }: FileRoom): string {
  return files > 0 ? filesText.noRoom(formatSize(bytes, 'down')) : filesText.noneLeft;
}
