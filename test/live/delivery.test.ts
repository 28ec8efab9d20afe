import { beforeEach, describe, expect, it } from 'vitest';
import { Delivery } from '../../server/live/delivery.ts';
import type { LogPage, Publication } from '../../server/store/store.ts';

const sumOf = (seq: number) => `sum-of-${String(seq).padStart(4, '0')}`;
const entryJson = (seq: number, sum = sumOf(seq)) =>
  `{"seq":${seq},"sum":"${sum}","box":"B${seq}"}`;
const published = (seq: number, sum?: string, before?: string): Publication => ({
  to: '*',
  seq,
  before: before ?? (seq > 1 ? sumOf(seq - 1) : ''),
  frame: `{"type":"entry",${entryJson(seq, sum).slice(1)}`,
});
const positionAt = (seq: number) => ({ seq, sum: sumOf(seq) });

/** A socket whose buffer and drains the test moves by hand. */
class HandSocket {
  unsent = 0;
  unsentBytes = () => this.unsent;
  frames: string[] = [];
  drains: (() => void)[] = [];

  send(frame: string | Buffer, done?: () => void): void {
    this.frames.push(frame.toString());
    if (done) this.drains.push(done);
  }

  async drain(): Promise<void> {
    this.drains.shift()?.();
    await settled();
  }

  /** The seqs of all entries sent, pages and single ones, in order. */
  get seqs(): number[] {
    return this.frames.flatMap((frame) =>
      [...frame.matchAll(/"seq":(\d+)/g)].map((m) => Number(m[1])),
    );
  }
}

const publish = (publication: Publication) =>
  delivery.publish(publication, Buffer.from(publication.frame));
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

let socket: HandSocket;
let log: string[];
let clock: number;
let told: string[];
let tookMs: number[];
let delivery: Delivery;
let readLog: (after: { seq: number; sum: string } | null) => Promise<LogPage>;

beforeEach(() => {
  socket = new HandSocket();
  log = [];
  clock = 0;
  told = [];
  tookMs = [];
  readLog = async (after) => {
    const seq = after?.seq ?? 0;
    if (after && log[seq - 1] !== entryJson(seq, after.sum)) return { result: 'diverged' };
    return { result: 'page', entries: log.slice(seq, seq + 2), head: log.length };
  };
  delivery = new Delivery({
    send: (frame, sent) => socket.send(frame, sent),
    unsentBytes: () => socket.unsent,
    slot: 'a',
    readLog: (after) => readLog(after),
    onLost: (why) => told.push(why),
    onSlow: () => told.push('slow'),
    onDelivered: (ms) => tookMs.push(ms),
    now: () => clock,
  });
});

function append(count: number): void {
  for (let i = 0; i < count; i++) log.push(entryJson(log.length + 1));
}

describe('delivery', () => {
  it('[HS5] sends the welcome, then pages as they drain, then what arrived meanwhile', async () => {
    append(5);
    void delivery.start('welcome', null, 5);
    append(1);
    publish(published(6));
    await settled();
    expect(socket.frames[0]).toBe('welcome');
    expect(socket.seqs).toEqual([1, 2]);
    await socket.drain();
    expect(socket.seqs).toEqual([1, 2, 3, 4]);
    await socket.drain();
    await socket.drain();
    expect(socket.seqs).toEqual([1, 2, 3, 4, 5, 6]);
    expect(delivery.sent).toEqual(positionAt(6));
  });

  it('[RS2] goes on after the position of the client, without a page if there is no news', async () => {
    append(3);
    await delivery.start('welcome', positionAt(3), 3);
    append(1);
    publish(published(4));
    expect(socket.frames).toEqual(['welcome', published(4).frame]);
  });

  it('[LG3] passes entries on byte for byte, in order, each once', async () => {
    await delivery.start('welcome', null, 0);
    for (const seq of [1, 2, 2, 3]) {
      if (log.length < seq) append(1);
      publish(published(seq));
      await settled();
    }
    expect(socket.frames.slice(1)).toEqual([1, 2, 3].map((seq) => published(seq).frame));
  });

  it('[LG3] reads the log when a publication was lost', async () => {
    await delivery.start('welcome', null, 0);
    append(3);
    publish(published(3));
    await settled();
    await socket.drain();
    await socket.drain();
    expect(socket.seqs).toEqual([1, 2, 3]);
  });

  it('[LG3] reads the log when an entry that is known to be there is not published', async () => {
    await delivery.start('welcome', null, 0);
    append(1);
    delivery.expect(1);
    clock = 900;
    delivery.tick();
    await settled();
    expect(socket.seqs).toEqual([]);
    clock = 1_100;
    delivery.tick();
    await settled();
    expect(socket.seqs).toEqual([1]);
  });

  it('[LG3] reads nothing while the publications of what is known to be there keep coming', async () => {
    await delivery.start('welcome', null, 0);
    append(9);
    let reads = 0;
    const read = readLog;
    readLog = (after) => {
      reads += 1;
      return read(after);
    };
    delivery.expect(9);
    for (let seq = 1; seq < 9; seq++) {
      clock += 300;
      publish(published(seq));
      delivery.tick();
      await settled();
    }
    expect(reads).toBe(0);
    clock += 1_100;
    delivery.tick();
    await settled();
    expect(reads).toBe(1);
  });

  it('[RS5] notices a log that has changed behind what was delivered', async () => {
    append(2);
    await Promise.all([delivery.start('welcome', null, 2), settled().then(() => socket.drain())]);
    log = [entryJson(1), entryJson(2, 'another-one')];
    publish(published(2, 'another-one'));
    await settled();
    expect(told).toEqual(['diverged']);
  });

  it('[RS5] gives nothing of a log that has changed, also where its seq comes next', async () => {
    append(2);
    await Promise.all([delivery.start('welcome', null, 2), settled().then(() => socket.drain())]);
    log = [entryJson(1), entryJson(2, 'another-one'), entryJson(3)];
    publish(published(3, sumOf(3), 'another-one'));
    await settled();
    expect(told).toEqual(['diverged']);
    expect(socket.seqs).toEqual([1, 2]);
  });

  it('[RS5] notices that an entry was lost which stood in the log and was never published', async () => {
    append(2);
    await Promise.all([delivery.start('welcome', null, 2), settled().then(() => socket.drain())]);
    delivery.expect(3);
    clock = 1_100;
    delivery.tick();
    await settled();
    expect(told).toEqual(['diverged']);
  });

  it('[RS5] notices a rolled-back log by the head that the store tells', async () => {
    append(2);
    await Promise.all([delivery.start('welcome', null, 2), settled().then(() => socket.drain())]);
    delivery.compare(positionAt(2));
    delivery.compare(positionAt(1));
    await settled();
    expect(told).toEqual([]);
    log = log.slice(0, 1);
    delivery.compare(positionAt(1));
    await settled();
    expect(told).toEqual(['diverged']);
  });

  it('[HS4] nothing goes out before the welcome', async () => {
    delivery.write('pong');
    expect(socket.frames).toEqual([]);
    await delivery.start('welcome', null, 0);
    expect(socket.frames).toEqual(['welcome', 'pong']);
  });

  it('[LF5] tells when the session is gone', async () => {
    readLog = async () => ({ result: 'gone' });
    await delivery.start('welcome', null, 1);
    expect(told).toEqual(['gone']);
  });

  it('[EP3] frames for the other participant are not for this connection', async () => {
    publish({ to: 'a', seq: 0, frame: 'early, for a' });
    await delivery.start('welcome', null, 0);
    publish({ to: 'b', seq: 0, frame: 'for b' });
    publish({ to: '*', seq: 0, frame: 'for both' });
    expect(socket.frames).toEqual(['welcome', 'early, for a', 'for both']);
  });

  it('[CL1] holds entries back from a slow reader, and goes on from the log', async () => {
    await delivery.start('welcome', null, 0);
    socket.unsent = 300 * 1024;
    append(3);
    for (const seq of [1, 2, 3]) publish(published(seq));
    expect(socket.seqs).toEqual([1]);
    delivery.tick();
    await settled();
    expect(socket.seqs).toEqual([1]);
    socket.unsent = 0;
    delivery.tick();
    await settled();
    expect(socket.seqs).toEqual([1, 2, 3]);
    expect(told).toEqual([]);
  });

  it('[CL1] gives up a reader that is behind for too long, or too far', async () => {
    await delivery.start('welcome', null, 0);
    append(1);
    socket.unsent = 300 * 1024;
    publish(published(1));
    clock = 31_000;
    delivery.tick();
    expect(told).toEqual(['slow']);
    socket.unsent = 2 * 1024 * 1024;
    publish({ to: '*', seq: 0, frame: 'x' });
    expect(told).toEqual(['slow', 'slow']);
  });

  it('[CL1] a page that is never drained counts as a slow reader', async () => {
    append(1);
    void delivery.start('welcome', null, 1);
    await settled();
    clock = 31_000;
    delivery.tick();
    expect(told).toEqual(['slow']);
  });

  it('[LG3] tries again when the store did not answer', async () => {
    const answering = readLog;
    readLog = () => Promise.reject(new Error('down'));
    append(1);
    await delivery.start('welcome', null, 1);
    expect(socket.seqs).toEqual([]);
    readLog = answering;
    clock = 1_100;
    delivery.tick();
    await settled();
    expect(socket.seqs).toEqual([1]);
  });

  it('[LG3] a store that did not answer and has nothing new has lost nothing', async () => {
    const answering = readLog;
    await delivery.start('welcome', null, 0);
    readLog = () => Promise.reject(new Error('down'));
    await delivery.catchUp();
    const asked: number[] = [];
    readLog = (after) => {
      asked.push(after?.seq ?? 0);
      return answering(after);
    };
    for (clock of [1_100, 2_300]) {
      delivery.tick();
      await settled();
    }
    expect(asked).toEqual([0]);
    expect(told).toEqual([]);
  });

  it('times an entry until it was sent, whether its publication or the answer came first', async () => {
    await delivery.start('welcome', null, 0);
    append(2);
    publish(published(1));
    clock = 30;
    delivery.expect(1, 10);
    expect(tookMs).toEqual([20]);
    delivery.expect(2, 40);
    clock = 100;
    expect(tookMs).toEqual([20]);
    publish(published(2));
    expect(tookMs).toEqual([20, 60]);
  });

  it('times one that has to be read, and only one at a time', async () => {
    await delivery.start('welcome', null, 0);
    append(3);
    delivery.expect(1, 0);
    delivery.expect(2, 500);
    clock = 1_100;
    publish(published(3));
    await settled();
    await socket.drain();
    await socket.drain();
    expect(socket.seqs).toEqual([1, 2, 3]);
    expect(tookMs).toEqual([1_100]);
  });

  it('says nothing more once stopped', async () => {
    append(1);
    delivery.stop();
    await delivery.start('welcome', null, 1);
    publish(published(1));
    delivery.write('x');
    expect(socket.frames).toEqual([]);
  });
});
