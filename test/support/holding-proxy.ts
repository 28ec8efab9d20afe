/**
 * A proxy in front of a server that can hold what clients have sent, like a network that stalls:
 * the client gives the connection up, and its bytes arrive much later.
 */
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export interface HoldingProxy {
  port: number;
  /** From now on nothing from connections that are open reaches the server, nor that they close. */
  hold(): void;
  /** Closes what is held on the client's side; the server does not hear of it. */
  cut(): void;
  /** Hands over what was held; resolves when the server has answered or closed each of them. */
  release(): Promise<void>;
  close(): void;
}

export async function startHoldingProxy(serverPort: number): Promise<HoldingProxy> {
  interface Pair {
    client: Socket;
    server: Socket;
    /** Null while everything passes. */
    held: Buffer[] | null;
  }
  const pairs = new Set<Pair>();

  const proxy = createServer((client) => {
    const pair: Pair = { client, server: connect(serverPort, '127.0.0.1'), held: null };
    pairs.add(pair);
    const { server } = pair;
    client.on('data', (bytes) => void (pair.held?.push(bytes) ?? server.write(bytes)));
    client.on('close', () => pair.held ?? server.destroy());
    server.on('data', (bytes) => void (client.destroyed || client.write(bytes)));
    server.on('close', () => {
      pairs.delete(pair);
      client.destroy();
    });
    for (const socket of [client, server]) socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));

  return {
    port: (proxy.address() as AddressInfo).port, // as: it listens on TCP
    hold() {
      for (const pair of pairs) pair.held = [];
    },
    cut() {
      for (const { client, held } of pairs) if (held) client.destroy();
    },
    async release() {
      const held = [...pairs].filter((pair) => (pair.held?.length ?? 0) > 0);
      await Promise.all(
        held.map(({ server, held }) => {
          const settled = new Promise<void>((resolve) => {
            server.once('data', () => resolve());
            server.once('close', () => resolve());
          });
          server.write(Buffer.concat(held ?? []));
          return settled;
        }),
      );
    },
    close() {
      proxy.close();
      for (const { client, server } of pairs) {
        client.destroy();
        server.destroy();
      }
    },
  };
}
