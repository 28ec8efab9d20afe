// The HTTP server as a function: what it is made of, in the order in which it sees a request.
// Everything it depends on is handed in; the process around it is main.ts.
import cookie from '@fastify/cookie';
import { LogController, fastify } from 'fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Redis } from 'ioredis';
import { SETTINGS, type Config } from './config.ts';
import { createHub } from './live/hub.ts';
import { answerBrokenRequest, handleErrors, sendError, toAppError } from './plugins/errors.ts';
import { logOptions, logRequests, type LogStream } from './plugins/log.ts';
import { checkOrigins, isAllowedOrigin } from './plugins/origin.ts';
import { addRateLimits } from './plugins/rate-limits.ts';
import { createRewriteUrl } from './plugins/rewrite-url.ts';
import { addWebSockets } from './plugins/websocket.ts';
import { addSecurityHeaders, setSecurityHeaders } from './plugins/security-headers.ts';
import { AppError } from './protocol/errors.ts';
import { healthRoutes } from './routes/health.ts';
import { documentApi } from './routes/openapi.ts';
import { pageRoutes } from './routes/page.ts';
import { jarOf } from './routes/pass-cookies.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { socketRoute } from './routes/socket.ts';
import { createAddressHash } from './sessions/address.ts';
import { createHasher, type Hasher } from './sessions/hasher.ts';
import { createPasses } from './sessions/passes.ts';
import type { Store } from './store/store.ts';

const BODY_LIMIT_BYTES = 32 * 1024;
const MAX_HEADER_BYTES = 16 * 1024;
const REQUEST_TIMEOUT_MS = 10_000;

export interface AppOptions {
  /** With at least one cookie secret. */
  config: Config;
  store: Store;
  /** Closed along with the app only if it was not handed in. */
  hasher?: Hasher;
  /** Where rates are counted; unset: in this process. */
  redis?: Redis;
  /** The folder of the built page; unset: only the API is served. */
  webRoot?: string;
  /** Where log lines go; unset: standard output. */
  logStream?: LogStream;
  now?: () => number;
}

export function buildApp(options: AppOptions): FastifyInstance {
  const { config, store, redis, webRoot, now = Date.now } = options;
  const [secret] = config.cookieSecrets;
  if (secret === undefined) throw new Error('a cookie secret is needed');
  const hashAddress = createAddressHash(secret);
  const passes = createPasses(config.cookieSecrets, now);
  const hasher = options.hasher ?? createHasher(config.bcryptCost);

  const app = createServer(options);
  const hub = createHub({
    store,
    config,
    onFault: (err) => app.log.error({ err }, 'connection failed'),
  });
  if (!options.hasher) app.addHook('onClose', () => hasher.close());

  // What every request passes, in this order …
  logRequests(app);
  app.addHook('onResponse', async (request) => closeRefusedUpgrade(request));
  addSecurityHeaders(app, config);
  handleErrors(app);
  checkOrigins(app, config);
  void app.register(cookie);
  addRateLimits(app, { hashAddress, redis });
  addWebSockets(app, hub);
  // … and where it arrives.
  documentApi(app);
  void app.register(healthRoutes, { store });
  void app.register(sessionRoutes, {
    config,
    store,
    hasher,
    passes,
    hashAddress,
    parseIdle: SETTINGS.idleTtlMs.parse,
  });
  void app.register(socketRoute, {
    config,
    store,
    hub,
    readPass: (request, sid) => passes.read(jarOf(config, request), sid),
    addressOf: (request) => hashAddress(request.ip),
    checkUpgradeOrigin: (request) => {
      if (!isAllowedOrigin(config, request, { ifMissing: false })) throw new AppError('bad_origin');
    },
  });
  if (webRoot !== undefined) void app.register(pageRoutes, { config, webRoot });
  return app;
}

function createServer({ config, logStream }: AppOptions): FastifyInstance {
  const app = fastify({
    logger: logOptions(config, logStream),
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: config.trustProxy.length > 0 ? [...config.trustProxy] : false,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { maxHeaderSize: MAX_HEADER_BYTES, connectionsCheckingInterval: 1_000 },
    rewriteUrl: createRewriteUrl(config),
    // What is under way when the server stops is still answered.
    return503OnClosing: false,
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, request, reply) => {
      // No hook has run.
      setSecurityHeaders(config, request, reply);
      reply.raw.once('finish', () => closeRefusedUpgrade(request));
      sendError(reply, toAppError(error), request.log);
    },
  });
  // JSON only: what a foreign form can send without asking is no longer understood.
  app.removeContentTypeParser('text/plain');
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    // Clients that always say JSON say it of no body too.
    if (body === '') done(null);
    else void parseJson(request, body.toString(), done);
  });
  return app;
}

/** The socket of an upgrade is no longer Node's, which would close it in time. */
function closeRefusedUpgrade({ headers, raw }: FastifyRequest): void {
  if (headers.upgrade !== undefined) raw.socket.destroy();
}
