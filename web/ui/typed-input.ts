/** How names and codes are read as people type them. The rules are the protocol's; this is their door. */
export { isSameName, parseName, type NameProblem } from '../../server/protocol/name.ts';
export { normaliseCode } from '../../server/protocol/code.ts';
