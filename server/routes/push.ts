/**
 * Web Push over HTTP: the key that a browser subscribes with, and where a participant is told of
 * messages. From requests to server/sessions/endpoints.ts. As with files, no answer here takes a
 * pass away: that nothing is offered does not say that a chat is over.
 */
import type { JsonSchemaToTsProvider } from '@fastify/type-provider-json-schema-to-ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { limitedTo, OFTEN } from '../plugins/rate-limits.ts';
import { AppError } from '../protocol/errors.ts';
import { isEndpoint } from '../push/endpoint.ts';
import { dropEndpoint, keepEndpoint } from '../sessions/endpoints.ts';
import type { Pass } from '../sessions/passes.ts';
import type { Store } from '../store/store.ts';
import { CHANGING, refuses } from './refusals.ts';
import { EndpointBody, NoAnswer, PushAnswer, SessionPath } from './schemas.ts';

const PUSH_PATH = '/api/sessions/:id/push';

export interface PushRouteOptions {
  config: Config;
  store: Store;
  /** The passes that came along for this session; the store has not been asked. */
  readPasses: (request: FastifyRequest, sid: string) => Promise<readonly Pass[]>;
}

export async function pushRoutes(app: FastifyInstance, options: PushRouteOptions): Promise<void> {
  const { config, store, readPasses } = options;
  const { vapidPublicKey: publicKey, pushHosts } = config;
  const routes = app.withTypeProvider<JsonSchemaToTsProvider>();
  const limits = limitedTo(config.rateEnter, { times: OFTEN });

  routes.get(
    '/api/push',
    {
      schema: {
        operationId: 'getPushKey',
        tags: ['push'],
        summary: 'The key to subscribe with at a push service',
        description: 'Where this server asks no push services it is `not_found`.',
        security: [],
        ...refuses('not_found'),
        response: { 200: PushAnswer },
      },
    },
    async () => {
      if (publicKey === null) throw new AppError('not_found');
      return { publicKey };
    },
  );

  routes.put(
    PUSH_PATH,
    {
      config: limits,
      schema: {
        operationId: 'putEndpoint',
        tags: ['push'],
        summary: 'Tell this browser, through its push service, when something comes while away',
        description:
          'The last five endpoints of a participant are kept. They go with the pass and with ' +
          'the session. `not_found`: this server asks no push services.',
        security: [{ pass: [] }],
        ...refuses(...CHANGING, 'pass_required', 'not_found', 'busy'),
        params: SessionPath,
        body: EndpointBody,
        response: { 204: NoAnswer },
      },
    },
    async (request, reply) => {
      const { id: sid } = request.params;
      const { slot, endpoint } = request.body;
      if (publicKey === null) throw new AppError('not_found');
      if (!isEndpoint(endpoint, pushHosts)) {
        throw new AppError('bad_request', {
          message: 'That is no address of a push service that this server asks.',
          details: { field: 'endpoint', problem: 'host' },
        });
      }
      const passes = await readPasses(request, sid);
      await keepEndpoint(store, { sid, passes, slot, endpoint });
      return reply.code(204).send(null);
    },
  );

  routes.delete(
    PUSH_PATH,
    {
      config: limits,
      schema: {
        operationId: 'deleteEndpoint',
        tags: ['push'],
        summary: 'Tell this browser no more',
        description: 'Whether or not the endpoint was kept.',
        security: [{ pass: [] }],
        ...refuses(...CHANGING, 'pass_required'),
        params: SessionPath,
        body: EndpointBody,
        response: { 204: NoAnswer },
      },
    },
    async (request, reply) => {
      const { id: sid } = request.params;
      await dropEndpoint(store, { sid, passes: await readPasses(request, sid), ...request.body });
      return reply.code(204).send(null);
    },
  );
}
