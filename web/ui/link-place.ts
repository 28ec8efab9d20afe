/** Where the page of a chat stands: the link in its address, and how it moves to another. */
import type { LinkParts } from '../../server/protocol/link.ts';

export interface LinkPlace {
  /** The link that stands in the address now. */
  link: () => LinkParts;
  /** It was renewed from here: the page stands at the new one, and so do its other tabs. */
  moveTo: (next: LinkParts) => void;
}
