/**
 * A chat: glues connection, outbox, log and view into signals to show and methods to call.
 * Knows no page. Every method returns at once; what comes of it is seen in the signals.
 * Long because it is all of the glue.
 */
import { batch, computed, signal } from '@preact/signals-core';
import type { Message } from '../../server/protocol/envelope/content.ts';
import { newCid } from '../../server/protocol/envelope/entry-box.ts';
import { assertNever } from '../../server/protocol/errors.ts';
import type { ClientFrame, ServerFrame } from '../../server/protocol/frames.ts';
import { MAX_MESSAGE_PADDED_BYTES } from '../../server/protocol/limits.ts';
import { endedBy, initialState, lastReceived, reduce } from './chat-state.ts';
import type { ChatEvent, ChatState } from './chat-state.ts';
import type { Chat, ConnectionStatus, EndedChat } from './chat-view.ts';
import { createConnection, type LandingAnswered } from './connection/driver.ts';
import { connectionStatus } from './connection/status.ts';
import { createEnding, sealEnd } from './ending.ts';
import type { EnteredSession } from './entering.ts';
import type { Environment } from './environment.ts';
import type { Loss } from './loss.ts';
import { findEntry } from './log.ts';
import { createOutbox } from './outbox.ts';
import { createOutboxStorage, HEARTBEAT_MS, sweepOutboxes } from './outbox-storage.ts';
import { createReceiptReport } from './receipt-report.ts';
import { fits } from './sealing.ts';
import type { SessionApi } from './session-api.ts';
import { withOutbox } from './timeline.ts';
import { createTimer } from './timer.ts';
import { createTypingSignal } from './typing-signal.ts';
import { unsendParts } from './unsending.ts';

export interface ChatOptions {
  session: EnteredSession;
  api: SessionApi;
  /** ws(s)://host/base/ws/SID */
  socketUrl: string;
  environment: Environment;
}

/** How long an entry without box may stay unexplained (EV11); up to twice that while others do. */
const SETTLE_MS = 10_000;
const TYPING_EXPIRES_MS = 6_000;
/** Between two heartbeats: a device that has slept, or a page that was frozen, need not be told. */
const SLEPT_MS = 10_000;

export function createChat({ session, api, socketUrl, environment }: ChatOptions): Chat {
  const { sid, slot, keys, names } = session;
  const state = signal(initialState(sid, slot));
  const isOffline = signal(false);
  /** The server answers, but lets no connection through, or not even asks. */
  const isCrowded = signal(false);
  const rereads = signal(0);
  const settling = createTimer(environment);
  /** Entries without box that had, or are having, the time to be explained. */
  let questioned: ReadonlySet<string> = new Set();
  const typingExpiry = createTimer(environment);
  const heartbeat = createTimer(environment);
  let lastBeat = environment.wallNow();

  const page = newCid();
  const connection = createConnection({
    environment,
    url: `${socketUrl}?slot=${slot}`,
    device: page,
    position: () => state.value.log.head,
    askLanding,
    onFrame,
  });
  const send = (frame: ClientFrame) => connection.send(frame);
  const outbox = createOutbox({
    session,
    environment,
    log: () => state.value.log,
    send,
    onFull: () => apply({ type: 'send-refused' }),
  });
  const stored = createOutboxStorage({ environment, sid, page });
  const receiptReport = createReceiptReport(
    environment,
    () => (state.value.synced ? lastReceived(state.value) : 0),
    send,
  );
  const typingSignal = createTypingSignal(environment, send);
  const ending = createEnding({
    environment,
    send,
    box: () => sealEnd(session, state.value.log),
    async overHttp(box) {
      const answer = await api.end(sid, box);
      // Without a pass one is also when the chat is over already.
      if (answer.result === 'pass_gone') await askLanding();
      return answer;
    },
    onDone: () => {
      const idleMs = state.value.expiry?.idleMs ?? 0;
      apply({ type: 'session-ended', ended: { reason: 'ended', by: slot, idleMs } });
    },
  });

  function apply(event: ChatEvent): void {
    batch(() => {
      const before = state.value;
      state.value = reduce(before, event, keys);
      follow(before, state.value);
    });
  }

  /** What has to be done because the state has changed. */
  function follow(before: ChatState, now: ChatState): void {
    if (now.ended) return before.ended ? undefined : finish(now.ended);
    const isReread = now.loss !== before.loss;
    if (now.log !== before.log) {
      const added = isReread ? now.log.entries : now.log.entries.slice(before.log.entries.length);
      outbox.echoed(added).forEach(unsendStored);
    }
    if (isReread && now.loss) heal(now.loss);
    if (now.synced && !before.synced) outbox.connected();
    if (before.synced && !now.synced) outbox.disconnected();
    if (now.synced && now.log !== before.log) receiptReport.grew();
  }

  function heal({ own, revived, head, isAnnounced }: Loss): void {
    receiptReport.reread();
    rereads.value++;
    outbox.putBack(own);
    revived.forEach(unsendStored);
    if (!isAnnounced) outbox.control({ kind: 'reset', seq: head });
  }

  function onFrame(frame: ServerFrame): void {
    if (frame.type === 'welcome') {
      if (frame.slot !== slot) return connection.dispatch({ type: 'pass-lost' });
      isOffline.value = isCrowded.value = false;
      receiptReport.connected(frame.receipts[slot]);
    }
    apply({ type: 'frame-received', frame, now: environment.now() });
    if (frame.type === 'nack') outbox.nacked(frame.cid, frame.error, frame.retryInMs);
    if (frame.type === 'typing') {
      typingExpiry.start(() => apply({ type: 'typing-expired' }), TYPING_EXPIRES_MS);
    }
    settle();
  }

  /** Not put off by what comes meanwhile; a lost connection only waits for the head again. */
  function settle(): void {
    const { synced, log, notices } = state.value;
    if (!synced || settling.isRunning || notices.tampered) return;
    if ([...questioned].some((cid) => log.unexplained.has(cid))) apply({ type: 'log-settled' });
    questioned = log.unexplained;
    if (questioned.size > 0) settling.start(settle, SETTLE_MS);
  }

  async function askLanding(): Promise<LandingAnswered> {
    const answer = await api.landing(sid, session.proof);
    const type = 'landing-answered';
    isCrowded.value =
      answer.result === 'landing' || (answer.result === 'retry' && answer.code === 'rate_limited');
    switch (answer.result) {
      case 'landing':
        return { type, answer: answer.here === slot ? 'inside' : 'outside' };
      case 'gone': {
        const { reason, by, box, idleMs } = answer;
        const proven = by && box ? endedBy(sid, by, box, keys) : null;
        apply({ type: 'session-ended', ended: { reason, by: proven, idleMs } });
        return { type, answer: 'gone' };
      }
      case 'retry':
        return { type, answer: 'unclear', retryInMs: answer.retryInMs ?? 0 };
      case 'refused':
        return { type, answer: 'unclear' };
      default:
        return assertNever(answer);
    }
  }

  /** The chat is over: nothing of it stays here. Who is sent a new link keeps the outbox. */
  function finish({ reason }: EndedChat): void {
    rest();
    connection.dispatch({ type: 'session-ended' });
    unsubscribe();
    if (reason === 'renewed') stored.release();
    else stored.wipe();
    outbox.clear();
  }

  function rest(): void {
    for (const timer of [settling, typingExpiry, heartbeat]) timer.cancel();
    for (const part of [receiptReport, typingSignal, ending]) part.stop();
  }

  function beat(): void {
    const at = environment.wallNow();
    if (Math.abs(at - lastBeat) > SLEPT_MS) connection.dispatch({ type: 'woke' });
    lastBeat = at;
    stored.beat();
    stored.adopt((items) => {
      const unwanted = outbox.adopt(items);
      unwanted?.forEach(unsendStored);
      return unwanted !== null;
    });
    heartbeat.start(beat, HEARTBEAT_MS);
  }

  function say(content: Message, cid?: string): string | null {
    const { ended, limits } = state.value;
    const isTooLong = !fits(content, limits?.messageBytes ?? MAX_MESSAGE_PADDED_BYTES);
    return ended || isTooLong ? null : outbox.say(content, cid);
  }

  function unsendStored(cid: string): void {
    const messageBytes = state.value.limits?.messageBytes ?? MAX_MESSAGE_PADDED_BYTES;
    for (const of of unsendParts(state.value.log, cid, messageBytes)) {
      outbox.control({ kind: 'unsend', of });
    }
  }

  function statusNow(): ConnectionStatus {
    const { ended, loaded } = state.value;
    if (ended) return 'ended';
    return connectionStatus(connection.state.value, {
      isOffline: isOffline.value,
      isCrowded: isCrowded.value,
      wasLive: loaded,
    });
  }

  // Written before anything is sent: a page that dies between the two loses nothing.
  const unsubscribe = outbox.items.subscribe((items) => {
    if (!state.value.ended) stored.save(items);
  });
  const isUp = computed(() => ['live', 'probing'].includes(connection.state.value.state));
  isUp.subscribe((up) => {
    if (!up) apply({ type: 'disconnected' });
  });
  connection.dispatch({ type: 'started' });
  beat();
  void stored.restore();
  sweepOutboxes(environment.storage, environment.wallNow());

  return {
    sid,
    slot,
    names,
    items: computed(() => withOutbox(state.value.timeline, outbox.items.value, slot)),
    loaded: computed(() => state.value.loaded),
    rereads,
    connection: computed(statusNow),
    retryAt: connection.retryAt,
    peer: computed(() => state.value.peer),
    receipts: computed(() => state.value.receipts),
    expiry: computed(() => state.value.expiry),
    notices: computed(() => state.value.notices),
    limits: computed(() => state.value.limits),
    ended: computed(() => state.value.ended),
    ending: ending.state,

    send(text, { re } = {}) {
      typingSignal.typing(false);
      return say(re === undefined ? { kind: 'text', text } : { kind: 'text', text, re });
    },
    sendFile: (cid, file) => say(file, cid) !== null,
    dropFile: (cid) => void outbox.control({ kind: 'unsend', of: [cid] }),
    edit: (cid, text) => say({ kind: 'edit', of: cid, text }),
    react: (cid, emoji) => void say({ kind: 'react', of: cid, emoji }),
    unsend(cid) {
      if (outbox.unsend(cid)) return;
      const stored = findEntry(state.value.log, cid)?.entry;
      if (stored?.slot === slot && !stored.unsends) unsendStored(cid);
    },
    retry: (cid) => outbox.retry(cid),
    discard: (cid) => outbox.discard(cid),
    typing: (on) => typingSignal.typing(on),
    markRead: (seq) => receiptReport.read(seq),
    keep: () => void connection.send({ type: 'keep' }),
    end: () => ending.start(),
    cancelEnd: () => ending.stop(),
    useHere: () => connection.dispatch({ type: 'taken-here' }),
    sealRenewal(whose) {
      const { synced, log } = state.value;
      if (!synced) return null;
      const { cid, box } = outbox.sealAside({ kind: 'renewed', slot: whose });
      return { cid, box, after: log.head };
    },

    woke() {
      isOffline.value = false;
      connection.dispatch({ type: 'woke' });
      if (!state.value.ended) beat();
    },
    offline() {
      isOffline.value = true;
      connection.dispatch({ type: 'went-offline' });
    },
    stop() {
      rest();
      connection.dispatch({ type: 'stopped' });
      stored.release();
    },
    wipe(reason = 'unknown') {
      apply({ type: 'session-ended', ended: { reason, by: null, idleMs: 0 } });
    },
  };
}
