/** The description of the API, made from the schemas that validate it. */
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
      // Seen from this document, whatever path a proxy puts before it.
      servers: [{ url: '..' }],
    },
    stripBasePath: false,
  });
  app.after(() => {
    let text: string | undefined;
    app.get('/api/openapi.json', { schema: { hide: true } }, (_request, reply) => {
      text ??= JSON.stringify(describe(app));
      return reply.type('application/json; charset=utf-8').send(text);
    });
  });
}

/** The generator takes every body for required; that of the end is not. */
function describe(app: FastifyInstance): ReturnType<FastifyInstance['swagger']> {
  const api = app.swagger();
  if (!('openapi' in api)) return api;
  const body = api.paths?.['/api/sessions/{id}']?.delete?.requestBody;
  if (body && 'content' in body) body.required = false;
  return api;
}
