import { expect, it } from 'vitest';
import type { Position, ServerFrame } from '../../../../server/protocol/frames.ts';
import { createConnection, type LandingAnswered } from '../../../../web/core/connection/driver.ts';
import { createFakeServer } from '../support/fake-server.ts';
import { createFakeClock, createFakeEnvironment } from '../support/fake-world.ts';

function setUp(answer: LandingAnswered['answer'] = 'inside') {
  const server = createFakeServer();
  const clock = createFakeClock();
  const frames: ServerFrame[] = [];
  const connection = createConnection({
    environment: createFakeEnvironment({ clock, openSocket: () => server.openSocket('a') }),
    device: 'AAAAAAAAAAAAAAAAAAAAAA',
    url: 'ws://test',
    position: () => null,
    askLanding: () => Promise.resolve({ type: 'landing-answered', answer }),
    onFrame: (frame) => frames.push(frame),
  });
  return { server, clock, frames, connection };
}

it('[HS3] greets, hands frames on, and sends only once it was welcomed', () => {
  const { server, frames, connection } = setUp();
  expect(connection.send({ type: 'keep' })).toBe(false);
  connection.dispatch({ type: 'started' });
  expect(connection.send({ type: 'keep' })).toBe(false);
  server.flush();
  expect(frames.map(({ type }) => type)).toEqual(['welcome']);
  expect(connection.send({ type: 'keep' })).toBe(true);
  server.flush();
  expect(server.received.map(({ frame }) => frame.type)).toEqual(['hello', 'keep']);
});

it('[HS3] says hello with the address as long as it holds nothing, and never a position', () => {
  const server = createFakeServer();
  const addresses: string[] = [];
  let position: Position | null = null;
  const openSocket = (url: string) => {
    addresses.push(url);
    return server.openSocket('a');
  };
  const connection = createConnection({
    environment: createFakeEnvironment({ clock: createFakeClock(), openSocket }),
    device: 'AAAAAAAAAAAAAAAAAAAAAA',
    url: 'ws://test?slot=a',
    position: () => position,
    askLanding: () => Promise.resolve({ type: 'landing-answered', answer: 'inside' }),
    onFrame: () => {},
  });
  connection.dispatch({ type: 'started' });
  position = { seq: 7, sum: 'AAAAAAAAAAA' };
  connection.dispatch({ type: 'stopped' });
  connection.dispatch({ type: 'started' });
  expect(addresses).toEqual(['ws://test?slot=a&device=AAAAAAAAAAAAAAAAAAAAAA', 'ws://test?slot=a']);
});

it('[EP6] pings after silence, and replaces a socket that stays silent', () => {
  const { server, clock, connection } = setUp();
  connection.dispatch({ type: 'started' });
  server.flush();
  clock.advance(20_000);
  server.flush();
  expect(server.received.at(-1)?.frame.type).toBe('ping');
  expect(connection.state.value.state).toBe('live');
  clock.advance(20_000);
  expect(connection.state.value.state).toBe('probing');
  const [old] = server.wires;
  clock.advance(10_000);
  expect(server.wires).toHaveLength(1);
  expect(server.wires[0]).not.toBe(old);
  server.flush();
  expect(connection.state.value.state).toBe('live');
});

it('hears nothing more of a socket it has replaced', () => {
  const { server, clock, frames, connection } = setUp();
  connection.dispatch({ type: 'started' });
  server.flush();
  const old = server.wires[0]!;
  connection.dispatch({ type: 'woke' });
  clock.advance(3_000);
  expect(old.socket.onmessage).toBeNull();
  expect(old.socket.onclose).toBeNull();
  expect(frames).toHaveLength(1);
});

it('takes what it cannot read as a sign of life', () => {
  const { server, clock, frames, connection } = setUp();
  connection.dispatch({ type: 'started' });
  server.flush();
  clock.advance(20_000);
  server.wires[0]!.socket.onmessage?.({ data: '{"type":"from-the-future"}' });
  expect(connection.state.value.state).toBe('live');
  expect(frames).toHaveLength(1);
});

it('leaves no timer behind when it stops', () => {
  const { server, clock, connection } = setUp();
  connection.dispatch({ type: 'started' });
  server.flush();
  connection.dispatch({ type: 'stopped' });
  expect(clock.pending).toBe(0);
  expect(server.wires).toEqual([]);
});
