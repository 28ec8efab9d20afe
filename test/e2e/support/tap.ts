/** Stands before a server and writes down every byte that browsers send it. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Tap {
  /** The server's own, by way of the tap. */
  base: string;
  /** What each connection has sent so far, each byte as one character. */
  heard: () => string[];
  stop: () => Promise<void>;
}

export async function startTap(target: string): Promise<Tap> {
  const { port } = new URL(target);
  const streams: Buffer[][] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const stream: Buffer[] = [];
    streams.push(stream);
    const upstream = connect(Number(port), '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    }
    client.on('data', (chunk) => stream.push(chunk));
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: own } = server.address() as AddressInfo; // as: it listens on TCP
  return {
    base: `http://localhost:${own}`,
    heard: () => streams.map((stream) => Buffer.concat(stream).toString('latin1')),
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
