/** The order of one session's operations while one of them takes longer or is sent again. */
import { describe, expect, test, vi } from 'vitest';
import { createLanes } from '../../server/store/lanes.ts';

/** Operations by name: what was sent, in order, and each to be settled by hand. */
function setUp() {
  const lanes = createLanes();
  const sent: string[] = [];
  const settle = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
  const operation = (name: string) => () => {
    sent.push(name);
    return new Promise<string>((resolve, reject) => {
      settle.set(name, { resolve: () => resolve(name), reject });
    });
  };
  const done = (name: string) => settle.get(name)?.resolve();
  const follow = (name: string, sid = 's') => lanes.follow(sid, operation(name));
  /** Sent again when it is refused. */
  const stubborn = (name: string) => lanes.follow('s', operation(name), operation(`${name} again`));
  const occupy = (name: string) => lanes.occupy('s', operation(name));
  return { sent, settle, done, follow, stubborn, occupy };
}

const refused = new Error('MOVED 1 127.0.0.1:1');

describe('operations of one session', () => {
  test('are sent at once when each is of one step', () => {
    const { sent, follow } = setUp();
    void follow('one');
    void follow('two');
    expect(sent).toEqual(['one', 'two']);
  });

  test('wait for one of several steps, and then go in order', async () => {
    const { sent, done, follow, occupy } = setUp();
    const steps = occupy('steps');
    const later = [follow('one'), occupy('more steps'), follow('two')];
    void follow('elsewhere', 'other');
    expect(sent).toEqual(['steps', 'elsewhere']);
    done('steps');
    await steps;
    expect(sent).toEqual(['steps', 'elsewhere', 'one', 'more steps']);
    done('one');
    done('more steps');
    await vi.waitFor(() => expect(sent.at(-1)).toBe('two'));
    done('two');
    expect(await Promise.all(later)).toEqual(['one', 'more steps', 'two']);
  });

  test('wait for one that is sent again', async () => {
    const { sent, settle, done, stubborn, follow } = setUp();
    const first = stubborn('one');
    settle.get('one')?.reject(refused);
    await vi.waitFor(() => expect(sent).toEqual(['one', 'one again']));
    const second = follow('two');
    expect(sent).toEqual(['one', 'one again']);
    done('one again');
    expect(await first).toBe('one again');
    done('two');
    expect(await second).toBe('two');
  });

  test('are not sent again behind a later one, which may have run', async () => {
    const { sent, settle, done, stubborn, follow } = setUp();
    const first = stubborn('one');
    const second = follow('two');
    settle.get('one')?.reject(refused);
    done('two');
    await expect(first).rejects.toBe(refused);
    await second;
    expect(sent).toEqual(['one', 'two']);
  });

  test('of several that were refused only the last is sent again', async () => {
    const { sent, settle, done, stubborn } = setUp();
    const [one, two, three] = ['one', 'two', 'three'].map(stubborn);
    const failing = [one, two].map((operation) => expect(operation).rejects.toBe(refused));
    for (const name of ['one', 'two', 'three']) settle.get(name)?.reject(refused);
    await Promise.all(failing);
    await vi.waitFor(() => expect(sent).toEqual(['one', 'two', 'three', 'three again']));
    done('three again');
    expect(await three).toBe('three again');
  });

  test('are sent again also when they had to wait before they were sent', async () => {
    const { sent, settle, done, stubborn, occupy } = setUp();
    const steps = occupy('steps');
    const waited = stubborn('one');
    done('steps');
    await steps;
    settle.get('one')?.reject(refused);
    await vi.waitFor(() => expect(sent).toEqual(['steps', 'one', 'one again']));
    done('one again');
    expect(await waited).toBe('one again');
  });

  test('are not sent again behind a later one, also when nobody waits for them any more', async () => {
    vi.useFakeTimers();
    try {
      const { sent, settle, done, stubborn, occupy, follow } = setUp();
      const steps = occupy('steps');
      const late = expect(stubborn('one')).rejects.toMatchObject({ code: 'store_unavailable' });
      done('steps');
      await steps;
      await vi.advanceTimersByTimeAsync(2_000);
      await late;
      const second = follow('two');
      settle.get('one')?.reject(refused);
      done('two');
      await second;
      await vi.advanceTimersByTimeAsync(0);
      expect(sent).toEqual(['steps', 'one', 'two']);
    } finally {
      vi.useRealTimers();
    }
  });

  test('give up in time when they have waited too long, and then are never sent', async () => {
    vi.useFakeTimers();
    try {
      const { sent, done, follow, occupy } = setUp();
      const failing = [occupy('steps'), follow('one')].map((operation) =>
        expect(operation).rejects.toMatchObject({ code: 'store_unavailable' }),
      );
      await vi.advanceTimersByTimeAsync(2_000);
      await Promise.all(failing);
      const last = follow('two');
      expect(sent).toEqual(['steps']);
      done('steps');
      await vi.waitFor(() => expect(sent).toEqual(['steps', 'two']));
      done('two');
      await last;
    } finally {
      vi.useRealTimers();
    }
  });
});
