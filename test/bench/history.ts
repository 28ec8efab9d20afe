/** How long somebody who comes waits for what was said before. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Figures } from './figures.ts';
import type { System } from './systems.ts';
import { close, meet } from './talkers.ts';

/** To the first entries, and to the last, from asking for the connection. */
export async function history(system: System, entries: number): Promise<Figures> {
  const { ours, greeting } = system;
  if (!ours || !greeting) return {};
  const [writer, reader] = await meet(system);
  for (let said = 0; said < entries; said += 100) {
    const some = Math.min(100, entries - said);
    // oxlint-disable-next-line no-await-in-loop -- a hundred at a time
    await Promise.all(Array.from({ length: some }, () => writer.say()));
  }
  const began = performance.now();
  const { url, headers } = reader.side;
  const socket = new WebSocket(url, { headers, perMessageDeflate: false });
  let first = NaN;
  let read = 0;
  const complete = new Promise<void>((resolve) => {
    socket.on('message', (data: Buffer) => {
      const text = data.toString('latin1');
      if (!text.startsWith('{"type":"entries"')) return;
      if (Number.isNaN(first)) first = performance.now() - began;
      read += text.split('{"seq":').length - 1;
      if (read >= entries) resolve();
    });
  });
  await once(socket, 'open');
  socket.send(greeting.say);
  await complete;
  const last = performance.now() - began;
  socket.close();
  await close([writer, reader]);
  return {
    [`history of ${entries}: first, ms`]: first,
    [`history of ${entries}: last, ms`]: last,
  };
}
