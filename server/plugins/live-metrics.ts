/**
 * Counts what becomes of connections and messages. Called with every message: all that it needs is
 * made beforehand.
 */
import { Counter, Histogram, type Registry } from 'prom-client';
import type { AppendResult, Closing, LiveRecorder } from '../live/recorder.ts';
import { CLOSE } from '../protocol/errors.ts';

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** A record, so that none is forgotten. */
const RESULTS: Readonly<Record<AppendResult, true>> = {
  stored: true,
  repeated: true,
  full: true,
  gone: true,
  diverged: true,
  foreign: true,
  store_unavailable: true,
  waiting: true,
};
const OTHER_CLOSINGS = ['left', 'lost', 'broken'] as const;

export function createLiveRecorder(registry: Registry): LiveRecorder {
  const registers = [registry];
  const appends = new Counter({
    name: 'duologue_appends_total',
    help: 'Messages and unsends that came, by what became of them; stored are the new entries.',
    labelNames: ['result'],
    registers,
  });
  const appendTime = new Histogram({
    name: 'duologue_append_seconds',
    help: 'From asking the store to take a message to its answer.',
    buckets: SECONDS,
    registers,
  });
  const deliveryTime = new Histogram({
    name: 'duologue_delivery_seconds',
    help: 'From asking the store to take a message to writing its echo, as its publication came back.',
    buckets: SECONDS,
    registers,
  });
  const closings = new Counter({
    name: 'duologue_connections_closed_total',
    help: 'Connections that are over: closed by the server for a reason, left by the client, lost (silent) or broken (no WebSocket).',
    labelNames: ['reason'],
    registers,
  });
  const resets = new Counter({
    name: 'duologue_resets_total',
    help: 'Connections whose client knew a position that the store has lost.',
    registers,
  });

  const countResult = (result: string) => counted(appends.labels(result));
  const results = new Map(Object.keys(RESULTS).map((result) => [result, countResult(result)]));
  const countClosing = (reason: string) => counted(closings.labels(reason));
  const otherClosing = countClosing('other');
  const reasons = new Map<Closing, Counter.Internal>([
    ...Object.entries(CLOSE)
      // What is too big is broken: ws closes it by itself.
      .filter(([, code]) => code !== CLOSE.tooBig)
      .map(([name, code]) => [code, countClosing(inSnakeCase(name))] as const),
    ...OTHER_CLOSINGS.map((reason) => [reason, countClosing(reason)] as const),
  ]);
  const timeAppend = appendTime.labels();
  const timeDelivery = deliveryTime.labels();

  return {
    appended(result, tookMs) {
      results.get(result)?.inc();
      if (result !== 'waiting') timeAppend.observe(tookMs / 1000);
    },
    delivered: (tookMs) => timeDelivery.observe(tookMs / 1000),
    // Another node, of another version, may order a close for a reason that this one does not know.
    closed: (why) => (reasons.get(why) ?? otherClosing).inc(),
    reset: () => resets.inc(),
  };
}

/** From 0 on: what appears with its first event has no first increase. */
function counted(counter: Counter.Internal): Counter.Internal {
  counter.inc(0);
  return counter;
}

function inSnakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
