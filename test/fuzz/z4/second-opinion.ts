/**
 * The same entries read by a client that was written from PROTOCOL.md alone: whether the rule is
 * enough as it is written there, and says of an honest log what it should.
 */
import type { Entry } from '../../../server/protocol/frames.ts';
import type { EnteredSession } from '../../../web/core/entering.ts';
import { Device, Tampered } from '../../support/independent-device.ts';

export function accuses(told: readonly Entry[], session: EnteredSession): boolean {
  const { sid, slot, names, keys } = session;
  const device = new Device({
    ...{ base: '', sid, slot, proof: '', names, jar: new Map() },
    keys: {
      names: keys.names,
      file: keys.file,
      'message/a': keys.message.a,
      'message/b': keys.message.b,
      'control/a': keys.control.a,
      'control/b': keys.control.b,
    },
  });
  try {
    for (const { unsends, ...entry } of told) {
      device.take({ ...entry, ...(unsends && { unsends: [...unsends] }) });
    }
  } catch (error) {
    if (error instanceof Tampered) return true;
    throw error;
  }
  return device.unexplained().length > 0;
}
