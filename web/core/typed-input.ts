/**
 * How names, codes and links are read as people type and paste them. The rules are the
 * protocol's; this is their door for what shows a page.
 */
export { isSameName, parseName, type NameProblem } from '../../server/protocol/name.ts';
export { normaliseCode } from '../../server/protocol/code.ts';
export { linkFragment } from '../../server/protocol/link.ts';
