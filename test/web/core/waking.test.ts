// What a page finds out by itself about the time it did not live through.
import { expect, it } from 'vitest';
import { createChats } from './support/chats.ts';

it('asks after its connection when the wall clock has jumped, and only then', () => {
  const { server, clock, open } = createChats();
  const ann = open('a');
  server.flush();
  const pings = () => server.received.filter(({ frame }) => frame.type === 'ping').length;
  clock.advance(10_000);
  expect(pings()).toBe(0);
  for (const ms of [60_000, -3_600_000]) {
    const before = pings();
    clock.jump(ms);
    clock.advance(2_000);
    server.flush();
    expect(pings()).toBe(before + 1);
    expect(ann.connection.value).toBe('live');
  }
  ann.stop();
});

it('replaces a socket that does not answer within three seconds of it', () => {
  const { server, clock, open } = createChats();
  open('a');
  server.flush();
  const [dead] = server.wires;
  clock.jump(60_000);
  clock.advance(5_000);
  expect(server.wires).toHaveLength(1);
  expect(server.wires[0]).not.toBe(dead);
});
