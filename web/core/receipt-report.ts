/**
 * Tells the server how far this participant has come: a few times a second at most, never a
 * step back, and only what the server does not know already.
 */
import type { ClientFrame, Receipt } from '../../server/protocol/frames.ts';
import type { Environment } from './environment.ts';
import { createTimer } from './timer.ts';

const REPORT_EVERY_MS = 300;

export function createReceiptReport(
  environment: Pick<Environment, 'schedule'>,
  /** The last entry of the other in the log; 0 while the log is not the server's. */
  lastReceived: () => number,
  send: (frame: ClientFrame) => boolean,
) {
  const timer = createTimer(environment);
  let known: Receipt = { received: 0, read: 0 };
  let read = 0;

  function report(): void {
    const received = lastReceived();
    const next = { received, read: Math.min(read, received) };
    if (next.received <= known.received && next.read <= known.read) return;
    if (send({ type: 'receipt', ...next })) known = next;
  }

  function reportSoon(): void {
    if (!timer.isRunning) timer.start(report, REPORT_EVERY_MS);
  }

  return {
    /** A welcome told what the server knows. */
    connected(told: Receipt): void {
      known = told;
      reportSoon();
    },
    /** The log was read on. */
    grew: reportSoon,
    /** Other entries stand where some had been read. */
    reread(): void {
      read = 0;
    },
    read(seq: number): void {
      if (seq <= read) return;
      read = seq;
      reportSoon();
    },
    stop: () => timer.cancel(),
  };
}
