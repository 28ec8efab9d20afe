/** The address of a link that was pasted. The rules are the protocol's; this is their door. */
export { linkFragment } from '../../server/protocol/link.ts';
