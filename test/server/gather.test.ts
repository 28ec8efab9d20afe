import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { gather } from '../../server/gather.ts';

/** Like a socket: takes at once what it is given, and notes what came together. */
class Outlet extends Writable {
  readonly taken: string[][] = [];

  constructor() {
    super({ decodeStrings: false });
  }

  override _write(chunk: string, _: string, done: () => void): void {
    this.taken.push([chunk]);
    done();
  }

  override _writev(chunks: { chunk: string }[], done: () => void): void {
    this.taken.push(chunks.map(({ chunk }) => chunk));
    done();
  }

  say(text: string): void {
    gather(this);
    this.write(text);
  }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

it('passes on together what is written in one turn, in order', async () => {
  const [one, other] = [new Outlet(), new Outlet()];
  one.say('a');
  other.say('1');
  one.say('b');
  await Promise.resolve();
  one.say('c');
  expect(one.taken).toEqual([]);
  await turn();
  one.say('d');
  await turn();
  expect(one.taken).toEqual([['a', 'b', 'c'], ['d']]);
  expect(other.taken).toEqual([['1']]);
});

it('holds back no more than 8 KiB', async () => {
  const outlet = new Outlet();
  const large = 'x'.repeat(5 * 1024);
  for (let i = 0; i < 3; i++) outlet.say(large);
  expect(outlet.taken).toEqual([[large, large]]);
  outlet.say('rest');
  await turn();
  expect(outlet.taken).toEqual([
    [large, large],
    [large, 'rest'],
  ]);
});

it('lets go of what is ended in the same turn, and of what is destroyed', async () => {
  const [ended, destroyed, other] = [new Outlet(), new Outlet(), new Outlet()];
  ended.say('last words');
  ended.end();
  destroyed.say('nobody hears');
  destroyed.destroy();
  other.say('still here');
  await turn();
  expect(ended.taken).toEqual([['last words']]);
  expect(destroyed.taken).toEqual([]);
  expect(other.taken).toEqual([['still here']]);
});
