/**
 * GET /ws/:id: everything that can be refused is refused before the upgrade, as plain HTTP;
 * then the socket is the hub's. Counts connections by process and by address.
 */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import type { Arrival, Hub } from '../live/hub.ts';
import { isBase64Url } from '../protocol/encoding.ts';
import { SOCKET_PATH } from '../plugins/websocket.ts';
import { AppError } from '../protocol/errors.ts';
import { SID_BYTES } from '../protocol/limits.ts';
import { isSlot } from '../protocol/shape.ts';
import { findByPass } from '../sessions/find-by-pass.ts';
import type { Pass } from '../sessions/passes.ts';
import type { Store } from '../store/store.ts';

/** What a client that came too often is told to wait; connections end when they end. */
const RETRY_MS = 5_000;

export interface SocketRouteOptions {
  config: Config;
  store: Store;
  hub: Hub;
  /** The passes that came along for this session; the store has not been asked. */
  readPasses: (request: FastifyRequest, sid: string) => Promise<readonly Pass[]>;
  /** The client's address as an opaque hash. */
  addressOf: (request: FastifyRequest) => string;
  /** Throws `bad_origin` unless the page that opens the socket is one of ours. */
  checkUpgradeOrigin: (request: FastifyRequest) => void;
}

export const socketRoute: FastifyPluginAsync<SocketRouteOptions> = async (app, options) => {
  const { config, store, hub, readPasses, addressOf, checkUpgradeOrigin } = options;
  const byAddress = new Map<string, number>();
  const arrivals = new WeakMap<FastifyRequest, Arrival>();

  async function admit(
    request: FastifyRequest<{ Params: { id: string }; Querystring: { slot?: unknown } }>,
    reply: FastifyReply,
  ): Promise<void> {
    checkUpgradeOrigin(request);
    const sid = request.params.id;
    const passes = isBase64Url(sid, SID_BYTES) ? await readPasses(request, sid) : [];
    if (passes.length === 0) throw new AppError('pass_required');
    if (hub.connections >= config.maxConnections) {
      throw new AppError('busy', { details: { retryInMs: RETRY_MS } });
    }
    if ((byAddress.get(addressOf(request)) ?? 0) >= config.maxConnectionsPerIp) {
      throw new AppError('rate_limited', { details: { retryInMs: RETRY_MS } });
    }
    const { slot } = request.query;
    const inside = await findByPass(store, sid, passes, isSlot(slot) ? slot : null);
    if (!inside) throw new AppError('pass_required');
    checkHandshake(request, reply);
    arrivals.set(request, { sid, ...inside.pass });
  }

  function count(address: string, change: 1 | -1): void {
    const counted = (byAddress.get(address) ?? 0) + change;
    if (counted > 0) byAddress.set(address, counted);
    else byAddress.delete(address);
  }

  app.get<{ Params: { id: string }; Querystring: { slot?: unknown } }>(
    SOCKET_PATH,
    { websocket: true, preValidation: admit },
    (socket, request) => {
      const arrival = arrivals.get(request);
      if (!arrival) throw new Error('admitted without an arrival');
      const address = addressOf(request);
      count(address, 1);
      socket.on('close', () => count(address, -1));
      hub.accept(socket, arrival);
    },
  );
};

/** What a WebSocket client has to say (RFC 6455 section 4.2.1), and in which version. */
function checkHandshake({ headers }: FastifyRequest, reply: FastifyReply): void {
  const refuse = (field: string): never => {
    throw new AppError('bad_request', {
      message: `A WebSocket needs a right ${field} header.`,
      details: { field, problem: 'malformed' },
    });
  };
  if (headers.upgrade?.toLowerCase() !== 'websocket') refuse('upgrade');
  if (!/^[A-Za-z0-9+/]{22}==$/.test(headers['sec-websocket-key'] ?? '')) {
    refuse('sec-websocket-key');
  }
  if (headers['sec-websocket-version'] !== '13') {
    void reply.header('sec-websocket-version', '13');
    refuse('sec-websocket-version');
  }
}
