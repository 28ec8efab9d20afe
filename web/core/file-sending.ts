/**
 * Files on their way, one after the other: sealed, uploaded, and only then said in a message, so
 * that whoever sees the message can fetch the file. In memory only: with its page, what was not
 * yet said is gone, and nobody has seen it.
 */
import { batch, computed, signal } from '@preact/signals-core';
import { hashFile, sealFile } from '../../server/protocol/envelope/file-box.ts';
import type { Chat, FileContent, MessageItem } from './chat-view.ts';
import type { EnteredSession } from './entering.ts';
import type { Environment } from './environment.ts';
import { startTransfer, type ExchangeOctets, type Transfer } from './file-transfer.ts';

/** A file as it will be sent: nothing in it that should not go. */
export interface PreparedFile {
  bytes: Uint8Array;
  about: Omit<FileContent, 'kind' | 'size' | 'hash' | 're'>;
}

/** Why it was not sent. */
export type SendProblem = 'full' | 'too_large' | 'refused';

/** `share`: how much has gone, 0 to 1. A text waits for the files it was sent with. */
export interface Sending {
  readonly item: MessageItem;
  readonly share: number;
  readonly problem: SendProblem | null;
}

/** What is sent together answers one message, and the first of it that is said says so. */
interface Answer {
  re: string | null;
}

interface Queued extends Sending {
  file: PreparedFile | null;
  answer: Answer;
}

export interface FileSendingOptions {
  session: EnteredSession;
  chat: Pick<Chat, 'send' | 'sendFile' | 'dropFile'>;
  environment: Environment;
  exchange: ExchangeOctets;
  base: string;
  newCid: () => string;
  /** The file is here already: its own device need not fetch it. */
  onSealed: (cid: string, bytes: Uint8Array) => void;
}

export type FileSending = ReturnType<typeof createFileSending>;

export function createFileSending(options: FileSendingOptions) {
  const { session, chat, environment, exchange, base, newCid, onSealed } = options;
  const { sid, slot, keys } = session;
  const queue = signal<readonly Queued[]>([]);
  let active: { cid: string; transfer: Transfer } | null = null;
  let isRunning = false;
  let isClosed = false;

  function add(
    body: FileContent | { kind: 'text'; text: string },
    file: PreparedFile | null,
    answer: Answer,
  ) {
    const isFirst = queue.value.every((one) => one.answer !== answer);
    const item: MessageItem = {
      type: 'message',
      ...{ cid: newCid(), slot, mine: true, seq: null, at: null, body },
      ...{ re: isFirst ? answer.re : null, edited: false, reactions: {}, state: 'sending' },
    };
    if (file) onSealed(item.cid, file.bytes);
    queue.value = [...queue.value, { item, share: 0, problem: null, file, answer }];
  }

  /** Once for all that was sent together. */
  function takeAnswer({ answer }: Queued): { re?: string } {
    const { re } = answer;
    answer.re = null;
    return re === null ? {} : { re };
  }

  function change(cid: string, part: Partial<Pick<Queued, 'share' | 'problem'>>): void {
    queue.value = queue.value.map((one) => {
      if (one.item.cid !== cid) return one;
      const next = { ...one, ...part };
      const state = next.problem === null ? 'sending' : 'failed';
      return state === one.item.state ? next : { ...next, item: { ...one.item, state } };
    });
  }

  function remove(cid: string): void {
    queue.value = queue.value.filter(({ item }) => item.cid !== cid);
  }

  async function run(): Promise<void> {
    if (isRunning) return;
    isRunning = true;
    for (;;) {
      const next = queue.value.find(({ problem }) => problem === null);
      if (!next || isClosed) break;
      if (next.file) await upload(next, next.file);
      else say(next);
    }
    isRunning = false;
  }

  function say(queued: Queued): void {
    const { cid, body } = queued.item;
    batch(() => {
      remove(cid);
      if (body.kind === 'text') chat.send(body.text, takeAnswer(queued));
    });
  }

  async function upload(queued: Queued, { bytes }: PreparedFile): Promise<void> {
    const { cid, body } = queued.item;
    if (body.kind !== 'file') return;
    const box = sealFile(keys, { sid, slot, cid }, bytes);
    const transfer = startTransfer(
      { environment, exchange },
      {
        method: 'PUT',
        url: `${base}/api/sessions/${sid}/files/${cid}`,
        body: box,
        onProgress: (share) => change(cid, { share }),
      },
    );
    active = { cid, transfer };
    const end = await transfer.end;
    active = null;
    if (isClosed) return;
    if (end.result === 'refused') return change(cid, { problem: problemOf(end.code) });
    batch(() => {
      const isSaid =
        end.result === 'done' && chat.sendFile(cid, { ...body, ...takeAnswer(queued) });
      if (end.result === 'done' && !isSaid) change(cid, { problem: 'refused' });
      else remove(cid);
      if (!isSaid && transfer.mayBeThere) chat.dropFile(cid);
    });
  }

  return {
    sending: computed<readonly Sending[]>(() => queue.value),
    items: computed(() => queue.value.map(({ item }) => item)),
    /** Texts that wait, in their order: what a reload must not lose. */
    waiting: computed(() =>
      queue.value.flatMap(({ item }) => (item.body.kind === 'text' ? [item.body.text] : [])),
    ),

    /** The files in their order, then the text, if there is one. `re`: the cid of what they answer. */
    send(files: readonly PreparedFile[], text: string, re?: string): void {
      const answer = { re: re ?? null };
      batch(() => {
        for (const file of files) {
          const { bytes, about } = file;
          add({ kind: 'file', ...about, size: bytes.length, hash: hashFile(bytes) }, file, answer);
        }
        if (text !== '') add({ kind: 'text', text }, null, answer);
      });
      void run();
    },

    /** Also one that has failed. False if it is not here. */
    cancel(cid: string): boolean {
      if (!queue.value.some(({ item }) => item.cid === cid)) return false;
      remove(cid);
      if (active?.cid === cid) active.transfer.cancel();
      return true;
    },

    /** False if it is not here. */
    retry(cid: string): boolean {
      if (!queue.value.some(({ item }) => item.cid === cid)) return false;
      change(cid, { problem: null, share: 0 });
      void run();
      return true;
    },

    hurry: () => active?.transfer.hurry(),

    /** The chat is over, or left: nothing goes any more. A text that waited is not said to be sent. */
    close(): void {
      isClosed = true;
      active?.transfer.cancel();
    },
  };
}

function problemOf(code: string | null): SendProblem {
  if (code === 'files_full') return 'full';
  return code === 'too_large' ? 'too_large' : 'refused';
}
