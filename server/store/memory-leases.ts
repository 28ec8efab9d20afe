/**
 * Leases of a session in memory, and the presence that follows from them: a participant is
 * online while any of their leases is there. Whoever adds or drops one tells the peer.
 */
import { CLOSE } from '../protocol/errors.ts';
import type { Peer, Slot } from '../protocol/frames.ts';
import { otherSlot, SLOTS } from '../protocol/frames.ts';
import { MAX_CONNECTIONS_PER_PARTICIPANT } from '../protocol/limits.ts';
import { order, tell } from './memory-session.ts';
import type { MemoryLease, MemorySession, Moment } from './memory-session.ts';
import type { Lease } from './store.ts';

/**
 * A new connection takes the place of an earlier one of the same device; past the most a
 * participant may have, the oldest is closed.
 */
export function takeLease(
  session: MemorySession,
  lease: Lease,
  moment: Moment,
  leaseMs: number,
): void {
  changeLeases(session, moment, () => {
    session.participants[lease.slot].isTold = false;
    dropExpired(session, moment);
    keepLease(session, lease, moment.now + leaseMs);
    const own = session.leases.filter(({ slot }) => slot === lease.slot);
    const former = own.filter((one) => isFormer(one, lease));
    const others = own.filter((one) => !former.includes(one));
    close(session, former, CLOSE.replaced, moment);
    close(
      session,
      others.slice(0, -MAX_CONNECTIONS_PER_PARTICIPANT),
      CLOSE.openedElsewhere,
      moment,
    );
  });
}

/**
 * Keeps the lease. One that is not there any more is taken anew, unless others have its place:
 * then the order to close it was lost, and is given again.
 */
export function renewLease(
  session: MemorySession,
  lease: Lease,
  moment: Moment,
  leaseMs: number,
): void {
  changeLeases(session, moment, () => {
    const held = find(session, lease);
    if (!held || held.until <= moment.now) session.participants[lease.slot].isTold = false;
    if (held) held.until = moment.now + leaseMs;
    dropExpired(session, moment);
    if (held) return;
    const own = session.leases.filter(({ slot }) => slot === lease.slot);
    if (own.length < MAX_CONNECTIONS_PER_PARTICIPANT) {
      keepLease(session, lease, moment.now + leaseMs);
    } else {
      order(moment, { close: CLOSE.openedElsewhere, connection: lease.connectionId });
    }
  });
}

export function dropLeases(
  session: MemorySession,
  moment: Moment,
  isDropped: (lease: MemoryLease) => boolean,
): void {
  changeLeases(session, moment, () => {
    for (const { slot } of session.leases.filter(isDropped)) {
      session.participants[slot].lastAt = moment.now;
    }
    session.leases = session.leases.filter((lease) => !isDropped(lease));
  });
}

/** As seen at `now`, also when nobody has dropped what expired. */
export function peerOf(session: MemorySession, slot: Slot, now: number): Peer {
  const { entered, lastAt } = session.participants[slot];
  if (!entered) return { state: 'never' };
  const leases = session.leases.filter((lease) => lease.slot === slot);
  if (leases.some(({ until }) => until > now)) return { state: 'online' };
  const endedAt = Math.max(lastAt ?? 0, ...leases.map(({ until }) => until));
  return endedAt > 0 ? { state: 'offline', lastAt: endedAt } : { state: 'offline' };
}

/** Makes the change, then tells about each participant whose presence is not what it was. */
function changeLeases(session: MemorySession, moment: Moment, change: () => void): void {
  const wasHere = SLOTS.map((slot) => isHere(session, slot));
  change();
  SLOTS.forEach((slot, i) => {
    if (isHere(session, slot) === wasHere[i]) return;
    tell(moment, otherSlot(slot), { type: 'peer', ...peerOf(session, slot, moment.now) });
  });
}

function isHere(session: MemorySession, slot: Slot): boolean {
  return session.leases.some((lease) => lease.slot === slot);
}

function dropExpired(session: MemorySession, { now }: Moment): void {
  for (const { slot, until } of session.leases.filter((lease) => lease.until <= now)) {
    const participant = session.participants[slot];
    participant.lastAt = Math.max(participant.lastAt ?? 0, until);
  }
  session.leases = session.leases.filter(({ until }) => until > now);
}

function keepLease(session: MemorySession, lease: Lease, until: number): void {
  const held = find(session, lease);
  const { slot, passHash, connectionId, device } = lease;
  if (held) held.until = until;
  else session.leases = session.leases.concat({ slot, passHash, connectionId, device, until });
}

function close(
  session: MemorySession,
  leases: readonly MemoryLease[],
  code: number,
  moment: Moment,
): void {
  for (const { connectionId } of leases) order(moment, { close: code, connection: connectionId });
  session.leases = session.leases.filter((lease) => !leases.includes(lease));
}

function isFormer({ device, connectionId }: Lease, present: Lease): boolean {
  return device !== null && device === present.device && connectionId !== present.connectionId;
}

function find(session: MemorySession, lease: Lease): MemoryLease | undefined {
  return session.leases.find(
    ({ slot, connectionId }) => slot === lease.slot && connectionId === lease.connectionId,
  );
}
