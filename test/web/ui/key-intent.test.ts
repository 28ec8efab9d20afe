import { describe, expect, it } from 'vitest';
import { isSendPress, type KeyPress } from '../../../web/ui/key-intent.ts';

const enter: KeyPress = {
  key: 'Enter',
  keyCode: 13,
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  isComposing: false,
};

describe('a press in the composer', () => {
  it('[21] Enter sends, Shift+Enter breaks', () => {
    expect(isSendPress(enter, false)).toBe(true);
    expect(isSendPress({ ...enter, shiftKey: true }, false)).toBe(false);
    expect(isSendPress({ ...enter, key: 'a', keyCode: 65 }, false)).toBe(false);
  });

  it('[21] never sends what an input method is composing', () => {
    expect(isSendPress({ ...enter, isComposing: true }, false)).toBe(false);
    expect(isSendPress({ ...enter, keyCode: 229 }, false)).toBe(false);
    expect(isSendPress({ ...enter, isComposing: true, ctrlKey: true }, false)).toBe(false);
  });

  it('[22] breaks on touch, where Ctrl+Enter of a keyboard still sends', () => {
    expect(isSendPress(enter, true)).toBe(false);
    expect(isSendPress({ ...enter, ctrlKey: true }, true)).toBe(true);
  });
});
