/**
 * What people see of a log that was tampered with: every entry that was told stands in its place,
 * one that does not open as such, and what an honest person writes can be read.
 */
import assert from 'node:assert/strict';
import { openEntry } from '../../../server/protocol/envelope/entry-box.ts';
import type { Entry } from '../../../server/protocol/frames.ts';
import { messagesOf } from '../../web/core/support/chats.ts';
import { DEVICES, type Stage } from '../../web/core/support/stage.ts';

export function assertShown(stage: Stage, device: number, told: readonly Entry[]): void {
  const { sid, keys } = stage.sessions[DEVICES[device]!.slot];
  const items = messagesOf(stage.chats[device]!);
  const keysOfItems = new Set(items.map(({ cid }) => cid));
  assert.equal(keysOfItems.size, items.length, 'two bubbles have one key');
  for (const entry of told) {
    if (entry.box === undefined) continue;
    const kind = openEntry(keys, sid, entry)?.content.kind ?? 'undecryptable';
    if (kind !== 'text' && kind !== 'undecryptable') continue;
    const isThere = items.some(({ cid }) => cid.startsWith(entry.cid));
    assert.ok(isThere, `a ${kind} at ${entry.seq} is not shown`);
  }
}

/** What was said by one who was lied to says so, and is read all the same. */
export function assertUnderstood(stage: Stage, device: number, cid: string): void {
  const item = messagesOf(stage.chats[device]!).find((one) => one.cid === cid);
  assert.equal(item?.body.kind, 'text', 'what an honest person wrote is not shown');
}
