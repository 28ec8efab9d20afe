/**
 * The HTTP server as a function: what it is made of, in the order in which it sees a request.
 * Everything it depends on is handed in; the process around it is main.ts.
 */
import cookie from '@fastify/cookie';
import { LogController, fastify } from 'fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Cluster, Redis } from 'ioredis';
import { SETTINGS, type Config } from './config.ts';
import { createHub } from './live/hub.ts';
import { requireHost } from './plugins/base-url.ts';
import { limitBodyTime } from './plugins/body-timeouts.ts';
import { boundUnanswered, continueInTurn } from './plugins/connections.ts';
import { UNREADABLE_PATH, createBrokenRequestAnswer, handleErrors } from './plugins/errors.ts';
import { takeJsonOnly } from './plugins/json-body.ts';
import { LAZY_COMPILERS } from './plugins/lazy-compilers.ts';
import { logOptions, logRequests, type LogStream } from './plugins/log.ts';
import type { Metrics } from './plugins/metrics.ts';
import { checkOrigins, isAllowedOrigin } from './plugins/origin.ts';
import { addRateLimits } from './plugins/rate-limits.ts';
import { createRewriteUrl } from './plugins/rewrite-url.ts';
import { createUploadRate } from './plugins/upload-rate.ts';
import { createUploads } from './plugins/uploads.ts';
import { addWebSockets } from './plugins/websocket.ts';
import { addSecurityHeaders } from './plugins/security-headers.ts';
import { fileBoxLength } from './protocol/envelope/padding.ts';
import { AppError } from './protocol/errors.ts';
import { createPushes, type Pushes } from './push/pushes.ts';
import { createVapid } from './push/vapid.ts';
import { asyncApiRoute } from './routes/asyncapi.ts';
import { fileRoutes, isUpload } from './routes/files.ts';
import { healthRoutes } from './routes/health.ts';
import { documentApi } from './routes/openapi.ts';
import { pageRoutes } from './routes/page.ts';
import { jarOf } from './routes/pass-cookies.ts';
import { pushRoutes } from './routes/push.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { socketRoute } from './routes/socket.ts';
import { createAddressHashes } from './sessions/address.ts';
import { createHasher, type Hasher } from './sessions/hasher.ts';
import { createPasses } from './sessions/passes.ts';
import type { Store } from './store/store.ts';

const BODY_LIMIT_BYTES = 32 * 1024;
const MAX_HEADER_BYTES = 16 * 1024;
/** For headers, and as long again for a body … */
const REQUEST_TIMEOUT_MS = 10_000;
/** … but for all of an upload. */
const UPLOAD_TIMEOUT_MS = 120_000;
/** A connection on which nothing has moved for so long, in either direction, is closed. */
const IDLE_CONNECTION_MS = 30_000;

export interface AppOptions {
  /** With at least one cookie secret. */
  config: Config;
  store: Store;
  /** Closed along with the app only if it was not handed in. */
  hasher?: Hasher;
  /** Where rates are counted; unset: in this process. */
  redis?: Redis | Cluster;
  /** What is counted goes there, and is served at /metrics; unset: neither. */
  metrics?: Metrics;
  /** The folder of the built page; unset: only the API is served. */
  webRoot?: string;
  /** Where log lines go; unset: standard output. */
  logStream?: LogStream;
  now?: () => number;
  requestTimeoutMs?: number;
  uploadTimeoutMs?: number;
  idleConnectionMs?: number;
}

export function buildApp(options: AppOptions): FastifyInstance {
  const { config, store, redis, webRoot, metrics, now = Date.now } = options;
  const { requestTimeoutMs = REQUEST_TIMEOUT_MS } = options;
  const [secret] = config.cookieSecrets;
  if (secret === undefined) throw new Error('a cookie secret is needed');
  const { hashAddress, callerAt } = createAddressHashes(secret);
  const passes = createPasses(config.cookieSecrets, now);
  const hasher = options.hasher ?? createHasher(config.bcryptCost);

  const app = createServer(options);
  const pushes = pushesOf(app, options);
  const hub = createHub({
    store,
    config,
    onFault(err) {
      app.log.error({ err }, 'connection failed');
      metrics?.failed();
    },
    ...(metrics && { recorder: metrics.live }),
    ...(pushes && { onPush: (sid, push) => pushes.send(sid, push) }),
  });
  if (!options.hasher) app.addHook('onClose', () => hasher.close());

  // What every request passes, in this order …
  limitBodyTime(app, { requestTimeoutMs, isUpload });
  logRequests(app);
  boundUnanswered(app);
  continueInTurn(app);
  closeRefusedUpgrades(app);
  addSecurityHeaders(app, config);
  handleErrors(app, now, metrics?.refused);
  requireHost(app);
  checkOrigins(app, config);
  void app.register(cookie);
  addRateLimits(app, { hashAddress, redis });
  addWebSockets(app, hub, config);
  // … and where it arrives.
  documentApi(app);
  void app.register(asyncApiRoute, { config });
  void app.register(healthRoutes, { store });
  metrics?.serve(app, { config, store, hub, hasher });
  void app.register(sessionRoutes, {
    config,
    store,
    hasher,
    passes,
    callerAt,
    parseIdle: SETTINGS.idleTtlMs.parse,
  });
  const readPasses = (request: FastifyRequest, sid: string) =>
    passes.read(jarOf(config, request), sid);
  const largestBytes = fileBoxLength(config.maxFileBytes);
  const rate = createUploadRate({ rate: config.rateUpload, redis, now });
  const uploads = createUploads(rate, largestBytes);
  void app.register(fileRoutes, { config, store, uploads, largestBytes, readPasses, hashAddress });
  void app.register(pushRoutes, { config, store, readPasses });
  void app.register(socketRoute, {
    config,
    store,
    hub,
    readPasses,
    addressOf: (request) => hashAddress(request.ip),
    checkUpgradeOrigin: (request) => {
      if (!isAllowedOrigin(config, request, { ifMissing: false })) throw new AppError('bad_origin');
    },
  });
  if (webRoot !== undefined) void app.register(pageRoutes, { config, webRoot });
  return app;
}

/** Null without the keys that push services ask for. */
function pushesOf(
  app: FastifyInstance,
  { config, store, now = Date.now }: AppOptions,
): Pushes | null {
  const { vapidPublicKey: publicKey, vapidPrivateKey: privateKey, vapidSubject: subject } = config;
  if (!publicKey || !privateKey || !subject) return null;
  const pushes = createPushes({
    authorize: createVapid({ publicKey, privateKey, subject }, now),
    store,
    onTrouble: (why) => app.log.warn({ why }, 'a push service did not take word'),
    now,
  });
  app.addHook('onClose', async () => pushes.stop());
  return pushes;
}

function createServer({
  config,
  logStream,
  requestTimeoutMs = REQUEST_TIMEOUT_MS,
  uploadTimeoutMs = UPLOAD_TIMEOUT_MS,
  idleConnectionMs = IDLE_CONNECTION_MS,
}: AppOptions): FastifyInstance {
  const app = fastify({
    logger: logOptions(config, logStream),
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: config.trustProxy.length > 0 ? [...config.trustProxy] : false,
    bodyLimit: BODY_LIMIT_BYTES,
    // What comes is taken as it is, or not at all; all that is wrong with it is found.
    ajv: {
      customOptions: {
        coerceTypes: false,
        removeAdditional: false,
        useDefaults: false,
        allErrors: true,
        // Tests hold the schemas against the standard; to do so at each start takes a tenth of it.
        validateSchema: false,
      },
    },
    schemaController: { compilersFactory: LAZY_COMPILERS },
    connectionTimeout: idleConnectionMs,
    // Of what is no upload body-timeouts.ts stops the body sooner.
    requestTimeout: Math.max(uploadTimeoutMs, requestTimeoutMs),
    http: {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: requestTimeoutMs,
      connectionsCheckingInterval: 1_000,
      // requireHost says it in our form.
      requireHostHeader: false,
    },
    rewriteUrl: createRewriteUrl(config),
    // What is under way when the server stops is still answered.
    return503OnClosing: false,
    clientErrorHandler: createBrokenRequestAnswer(config),
    // Through the hooks after all, so that the answer is like any other.
    frameworkErrors: (_error, request, reply) => {
      request.raw.url = UNREADABLE_PATH;
      app.routing(request.raw, reply.raw);
    },
  });
  // An expectation that nobody knows may be ignored (RFC 9110 section 10.1.1).
  app.server.on('checkExpectation', (request, response) => app.routing(request, response));
  takeJsonOnly(app);
  return app;
}

/** The socket of an upgrade is no longer Node's, which would close it in time, and say so. */
function closeRefusedUpgrades(app: FastifyInstance): void {
  const isUpgrade = ({ headers }: FastifyRequest) => headers.upgrade !== undefined;
  app.addHook('onRequest', async (request, reply) => {
    if (isUpgrade(request)) void reply.header('connection', 'close');
  });
  app.addHook('onResponse', async (request) => {
    if (isUpgrade(request)) request.raw.socket.destroy();
  });
}
