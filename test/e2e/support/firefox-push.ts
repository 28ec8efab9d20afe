/**
 * The push service as Firefox speaks to it, on a socket of its own: it hands out addresses at the
 * service that servers ask, and passes on what they ask there. Messages as in Mozilla's autopush.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { WebSocketServer, type WebSocket } from 'ws';
import type { PushService } from '../../support/push-service.ts';

export interface FirefoxPush {
  /** Of a Firefox that uses it, and may show alerts without asking. */
  preferences: Record<string, unknown>;
  /** The addresses that are good now. */
  endpoints(): string[];
  /** How often a worker of the page has dealt with what it was woken for. */
  delivered(): number;
  close(): void;
}

interface Message {
  messageType: string;
  channelID?: string;
}

export async function startFirefoxPush(service: PushService): Promise<FirefoxPush> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  /** By their path at the service. */
  const channels = new Map<string, { channelID: string; socket: WebSocket }>();
  let delivered = 0;

  const answer = (socket: WebSocket, { messageType, channelID = '' }: Message): object | null => {
    switch (messageType) {
      case 'hello':
        return {
          messageType,
          status: 200,
          uaid: 'a'.repeat(32),
          use_webpush: true,
          broadcasts: {},
        };
      case 'register': {
        const path = `/push/${randomBytes(12).toString('base64url')}`;
        channels.set(path, { channelID, socket });
        return { messageType, status: 200, channelID, pushEndpoint: service.origin + path };
      }
      case 'unregister':
        for (const [path, channel] of channels) {
          if (channel.channelID === channelID) channels.delete(path);
        }
        return { messageType, status: 200, channelID };
      case 'ack':
        delivered += 1;
        return null;
      default:
        return null;
    }
  };
  server.on('connection', (socket) => {
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Message; // as: of our own Firefox
      const reply = answer(socket, message);
      if (reply !== null) socket.send(JSON.stringify(reply));
    });
  });
  service.onRequest = ({ path }) => {
    const channel = channels.get(path);
    if (channel === undefined) return;
    const { channelID, socket } = channel;
    const version = randomBytes(8).toString('hex');
    socket.send(JSON.stringify({ messageType: 'notification', channelID, version }));
  };

  return {
    preferences: {
      'dom.push.enabled': true,
      'dom.push.connection.enabled': true,
      'dom.push.serverURL': `ws://127.0.0.1:${address.port}/`,
      'dom.push.testing.allowInsecureServerURL': true,
      'dom.serviceWorkers.enabled': true,
      'permissions.default.desktop-notification': 1,
      // Its own windows: where there is no screen there is no system that shows any.
      'alerts.useSystemBackend': false,
    },
    endpoints: () => [...channels.keys()].map((path) => service.origin + path),
    delivered: () => delivered,
    close() {
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}
