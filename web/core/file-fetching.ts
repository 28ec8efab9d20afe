/**
 * Files of messages, fetched when they are wanted, opened, and held against what their message says
 * of them. In memory only, until their message is removed or the chat is left.
 */
import { signal, type ReadonlySignal, type Signal } from '@preact/signals-core';
import { hashFile, openFile } from '../../server/protocol/envelope/file-box.ts';
import type { FileContent, MessageItem } from './chat-view.ts';
import type { EnteredSession } from './entering.ts';
import type { Environment } from './environment.ts';
import { startTransfer, type ExchangeOctets, type Transfer } from './file-transfer.ts';

/**
 * `gone`: the server does not have it · `broken`: it does not open, or is not what its message
 * says · `refused`: it was not given out.
 */
export type FetchProblem = 'gone' | 'broken' | 'refused';

export type FileState =
  | { state: 'away' }
  | { state: 'fetching'; share: number }
  | { state: 'here'; bytes: Uint8Array }
  | { state: 'failed'; problem: FetchProblem };

export interface FileFetchingOptions {
  session: EnteredSession;
  environment: Environment;
  exchange: ExchangeOctets;
  base: string;
}

/** So many at once. */
const AT_ONCE = 2;

export type FileFetching = ReturnType<typeof createFileFetching>;

export function createFileFetching(options: FileFetchingOptions) {
  const { session, environment, exchange, base } = options;
  const { sid, keys } = session;
  const states = new Map<string, Signal<FileState>>();
  const transfers = new Map<string, Transfer>();
  const wanted: { item: MessageItem; file: FileContent }[] = [];

  function stateOf(cid: string): Signal<FileState> {
    const known = states.get(cid) ?? signal<FileState>({ state: 'away' });
    states.set(cid, known);
    return known;
  }

  async function fetchOne({ cid, slot }: MessageItem, file: FileContent): Promise<void> {
    const state = stateOf(cid);
    const transfer = startTransfer(
      { environment, exchange },
      {
        method: 'GET',
        url: `${base}/api/sessions/${sid}/files/${cid}`,
        onProgress: (share) => (state.value = { state: 'fetching', share }),
      },
    );
    transfers.set(cid, transfer);
    const end = await transfer.end;
    transfers.delete(cid);
    next();
    if (end.result === 'cancelled' || states.get(cid) !== state) return;
    if (end.result === 'refused') {
      state.value = { state: 'failed', problem: end.code === 'not_found' ? 'gone' : 'refused' };
      return;
    }
    const bytes = openFile(keys, { sid, slot, cid }, end.body);
    const isIt = bytes?.length === file.size && hashFile(bytes) === file.hash;
    state.value = isIt ? { state: 'here', bytes } : { state: 'failed', problem: 'broken' };
  }

  function next(): void {
    while (transfers.size < AT_ONCE) {
      const first = wanted.shift();
      if (!first) return;
      if (states.has(first.item.cid)) void fetchOne(first.item, first.file);
    }
  }

  function forget(cid: string): void {
    states.delete(cid);
    transfers.get(cid)?.cancel();
  }

  return {
    stateOf: (cid: string): ReadonlySignal<FileState> => stateOf(cid),

    /** Asked for again while it comes, or is here, nothing happens. */
    want(item: MessageItem): void {
      const state = stateOf(item.cid);
      const { value } = state;
      if (item.body.kind !== 'file' || value.state === 'fetching' || value.state === 'here') return;
      state.value = { state: 'fetching', share: 0 };
      wanted.push({ item, file: item.body });
      next();
    },

    /** One's own, as it is being sent. */
    keep(cid: string, bytes: Uint8Array): void {
      stateOf(cid).value = { state: 'here', bytes };
    },

    /** Those that are here, or on their way. */
    known: () => [...states.keys()],
    forget,
    hurry: () => transfers.forEach((transfer) => transfer.hurry()),
    close(): void {
      wanted.length = 0;
      for (const cid of states.keys()) forget(cid);
    },
  };
}
