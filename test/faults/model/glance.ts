/** What must hold on every page at every moment. */
import { expect } from 'vitest';
import type { Device } from '../world/pair.ts';
import { messagesOf } from '../world/pair.ts';
import { otherSlot } from '../../../server/protocol/frames.ts';
import { slotOf, type Ending, type Model } from './model.ts';
import type { System } from './system.ts';

export function glance(model: Model, system: System): void {
  for (const page of model.pages) {
    const device = system.page(page.id);
    expect(device.chat.slot, device.name).toBe(slotOf(model, page));
    checkStatus(model, device);
    checkMessages(model, device);
  }
}

function checkStatus({ endings, hasEntered }: Model, { name, slot, chat }: Device): void {
  const { tampered, reset, full } = chat.notices.value;
  expect({ tampered, reset, full }, name).toEqual({ tampered: false, reset: false, full: false });
  const ended = chat.ended.value;
  if (ended) return expect(endings, name).toContain(endingOf(ended));
  // A fifth connection closes the oldest, and pages that went without a word count for a while. Who
  // was cut while opening hears from the landing that the server is there.
  const words = ['connecting', 'live', 'reconnecting', 'crowded', 'elsewhere'];
  // How it ended is asked for when the socket closes.
  expect(words, name).toContain(chat.connection.value);
  if (!chat.loaded.value) return;
  if (!hasEntered[otherSlot(slot)]) expect(chat.peer.value.state, name).toBe('never');
}

function checkMessages({ said, endings }: Model, { name, chat, slot }: Device): void {
  const items = messagesOf(chat);
  const cids = new Set(items.map(({ cid }) => cid));
  expect(cids.size, `${name} shows a message twice`).toBe(items.length);
  for (const { cid, slot: author, mine, body, state } of items) {
    const one = said.get(cid);
    expect(one?.slot, `${name} shows ${cid}, of somebody else`).toBe(author);
    expect(mine, name).toBe(author === slot);
    expect(['text', 'unsent'], name).toContain(body.kind);
    if (body.kind === 'text') expect(one?.texts, name).toContain(body.text);
    else expect(one?.isRemoved, `${name} shows ${cid} as removed`).not.toBe('no');
    if (endings.size === 0) expect(state, name).not.toBe('failed');
  }
}

export function endingOf({ reason, by }: { reason: string; by: 'a' | 'b' | null }): Ending {
  const ending = by === null ? reason : `${reason} by ${by}`;
  return ending as Ending; // as: whoever asks compares it with those that may be
}
