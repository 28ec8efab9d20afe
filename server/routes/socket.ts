/**
 * GET /ws/:id: everything that can be refused is refused before the upgrade, as plain HTTP;
 * then the socket is the hub's. Counts connections by process and by address.
 */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import pLimit from 'p-limit';
import type { WebSocket } from 'ws';
import type { Config } from '../config.ts';
import { AT_ONCE, type Arrival, type Hub } from '../live/hub.ts';
import { isBase64Url } from '../protocol/encoding.ts';
import { limitedTo, OFTEN } from '../plugins/rate-limits.ts';
import { SOCKET_PATH } from '../plugins/websocket.ts';
import { AppError } from '../protocol/errors.ts';
import { SID_BYTES } from '../protocol/limits.ts';
import { isCid, isSlot } from '../protocol/shape.ts';
import { findByPass } from '../sessions/find-by-pass.ts';
import type { Pass } from '../sessions/passes.ts';
import type { Store } from '../store/store.ts';
import { refuses } from './refusals.ts';
import { SessionPath, UpgradeAnswer, UpgradeQuery } from './schemas.ts';

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
  const places = createPlaces(config);
  const inTurn = pLimit(AT_ONCE);
  const passesOf = new WeakMap<FastifyRequest, readonly Pass[]>();
  const arrivals = new WeakMap<FastifyRequest, Arrival>();
  const answers = new WeakMap<FastifyRequest, ServerResponse>();

  /** What can be seen without asking anybody; then it is counted for its address. */
  async function look(request: SocketRequest, reply: FastifyReply): Promise<void> {
    checkUpgradeOrigin(request);
    const sid = request.params.id;
    const passes = isBase64Url(sid, SID_BYTES) ? await readPasses(request, sid) : [];
    if (passes.length === 0) throw new AppError('pass_required');
    checkHandshake(request, reply);
    checkDevice(request.query);
    passesOf.set(request, passes);
  }

  async function admit(request: SocketRequest, reply: FastifyReply): Promise<void> {
    places.take(addressOf(request), request.raw.socket);
    const { id: sid } = request.params;
    const { slot, device } = request.query;
    const passes = passesOf.get(request) ?? [];
    const meant = isSlot(slot) ? slot : null;
    const inside = await inTurn(() => {
      // Nobody is asked about who has left: behind those, who waits would leave in turn.
      if (hub.isStopped || request.raw.socket.destroyed) throw new AppError('busy');
      return findByPass(store, sid, passes, meant);
    });
    if (!inside) throw new AppError('pass_required');
    const stream = request.raw.socket;
    arrivals.set(request, { sid, ...inside.pass, stream, device: isCid(device) ? device : null });
    answers.set(request, reply.raw);
  }

  /** The socket holds on to its request and the answer to it: several kB for as long as it lives. */
  function letGo(socket: WebSocket, request: FastifyRequest): void {
    const { socket: connection } = request.raw;
    connection.off('end', destroy);
    answers.get(request)?.detachSocket(connection);
    // The plugin's; one has to be there, also where nobody takes the socket over any more.
    socket.removeAllListeners('error').on('error', ignore);
  }

  app.get<SocketPath>(
    SOCKET_PATH,
    {
      websocket: true,
      // For the documentation: `look` and `admit` see to what comes.
      validatorCompiler: () => () => true,
      schema: {
        operationId: 'connect',
        tags: ['connection'],
        summary: 'Upgrade to a WebSocket',
        description:
          'As RFC 6455 says, with the pass and the Origin of the page. Refusals come before the ' +
          'upgrade. What is said on the connection is described in asyncapi.json.',
        security: [{ pass: [] }],
        ...refuses('pass_required', 'bad_origin', 'rate_limited', 'busy', 'store_unavailable'),
        params: SessionPath,
        querystring: UpgradeQuery,
        response: { 101: UpgradeAnswer },
      },
      config: limitedTo(config.rateEnter, { times: OFTEN, hook: 'preValidation' }),
      preValidation: look,
      preHandler: admit,
    },
    (socket, request) => {
      const arrival = arrivals.get(request);
      if (!arrival) throw new Error('admitted without an arrival');
      letGo(socket, request);
      hub.accept(socket, arrival);
    },
  );
};

function ignore(): void {}

function destroy(this: Socket): void {
  this.destroy();
}

type SocketQuery = { slot?: unknown; device?: unknown };
type SocketPath = { Params: { id: string }; Querystring: SocketQuery };
type SocketRequest = FastifyRequest<SocketPath>;

/**
 * Places for connections, in all and for each address. They are taken before the store is asked:
 * of many that come at once no more get in than there are.
 */
function createPlaces({ maxConnections, maxConnectionsPerIp }: Config) {
  const byAddress = new Map<string, number>();
  const addresses = new WeakMap<Socket, string>();
  let taken = 0;

  function count(address: string, change: 1 | -1): void {
    taken += change;
    const counted = (byAddress.get(address) ?? 0) + change;
    if (counted > 0) byAddress.set(address, counted);
    else byAddress.delete(address);
  }

  /** One function for all: each that is made weighs as long as a connection is idle. */
  function free(this: Socket): void {
    const address = addresses.get(this);
    if (address !== undefined && addresses.delete(this)) count(address, -1);
  }

  return {
    /** Until the connection ends, also one that is refused. Throws `busy` or `rate_limited`. */
    take(address: string, connection: Socket): void {
      // Asked twice in one breath: one socket is one place.
      if (addresses.has(connection)) return;
      const details = { retryInMs: RETRY_MS };
      if (taken >= maxConnections) throw new AppError('busy', { details });
      if ((byAddress.get(address) ?? 0) >= maxConnectionsPerIp) {
        throw new AppError('rate_limited', { details });
      }
      count(address, 1);
      addresses.set(connection, address);
      // Who leaves before their turn leaves half a connection, which would keep its place.
      if (connection.readableEnded) connection.destroy();
      if (connection.destroyed) free.call(connection);
      else connection.on('end', destroy).on('close', free);
    },
  };
}

/** What a WebSocket client has to say (RFC 6455 section 4.2.1), and in which version. */
function checkHandshake({ headers }: FastifyRequest, reply: FastifyReply): void {
  const refuse = (field: string): never => {
    throw malformed(field, `A WebSocket needs a right ${field} header.`);
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

function checkDevice({ device }: SocketQuery): void {
  if (device !== undefined && !isCid(device)) {
    throw malformed('device', 'The device of a connection is 16 bytes in base64url.');
  }
}

function malformed(field: string, message: string): AppError {
  return new AppError('bad_request', { message, details: { field, problem: 'malformed' } });
}
