// The description of the API, made from the schemas that validate it.
import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';

/** Describes the routes that are registered after it. */
export function documentApi(app: FastifyInstance): void {
  void app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Duologue',
        version: '1',
        description:
          'An ephemeral, end-to-end-encrypted chat for exactly two people. ' +
          'The WebSocket at /ws/{id} is described in server/protocol/PROTOCOL.md.',
      },
    },
  });
  app.after(() => {
    app.get('/api/openapi.json', { schema: { hide: true } }, () => app.swagger());
  });
}
