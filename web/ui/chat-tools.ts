/** What the fetched parts of an open chat may do to it and to its page. Types only. */
import type { ComponentChildren } from 'preact';
import type { Chat } from '../core/chat-view.ts';

/** What the composer does instead of saying something new. */
export interface Aim {
  /** The message it is about. */
  cid: string;
  /** The text to change; null where the draft becomes an answer. */
  text: string | null;
  /** Above the field: what it is about, and the way out. */
  bar: ComponentChildren;
  /** False if it was not taken, being too long. */
  send: (text: string) => boolean;
}

export interface ChatTools {
  chat: Chat;
  /** Null: back to the draft. */
  setAim: (aim: Aim | null) => void;
  /** Null closes it. */
  setDialog: (dialog: ComponentChildren) => void;
  /** The parts are there: that they were not is no longer so. */
  arrived: () => void;
}
