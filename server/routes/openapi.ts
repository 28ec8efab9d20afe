/** The description of the API over HTTP, made from the schemas that validate it. */
import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { SOCKET_PATH } from '../plugins/websocket.ts';
import { ERRORS, type ErrorCode } from '../protocol/errors.ts';
import {
  documentRefusals,
  refusalComponents,
  refuses,
  type DocumentedOperation,
} from './refusals.ts';
import { DocumentAnswer } from './schemas.ts';

const DESCRIPTION = `An ephemeral, end-to-end-encrypted chat for exactly two people.

Paths are relative to the address under which the server is reached, with its path if it has one:
that of this document without \`/api/openapi.json\`. Bodies are JSON in UTF-8, files are octets.
Bytes are base64url without padding. What the boxes hold, and how proofs and keys are made, is in
server/protocol/PROTOCOL.md; what is said over the WebSocket is in asyncapi.json, beside this.

Everything that is refused says why: \`{"error":{"code","message",…}}\`. The code is for programs,
the message for developers. Of these only \`not_found\` and \`ended\`, in answer to landing or
entering, mean that a chat is over. What is no operation of this document is 404 \`not_found\`, a
path that cannot be read 400 \`bad_request\`; what is no HTTP, comes too slowly or has too long
headers is 400, 408 or 431 in the same form, and the connection is closed. What is read by GET
without a pass may be asked by HEAD.

Whoever holds a pass is a browser: what changes something then needs the Origin header of the
server's own page. A script that keeps the cookie sends it too.`;

const TAGS = [
  { name: 'sessions', description: 'Creating a chat, getting in, getting out, the end' },
  { name: 'files', description: 'Sealed files that go with messages' },
  { name: 'push', description: 'Word to a browser whose page is closed' },
  { name: 'connection', description: 'The WebSocket on which people talk' },
  { name: 'server', description: 'For those who run it' },
];

export const PASS = {
  type: 'apiKey',
  in: 'cookie',
  name: 'duologue-{id}',
  description:
    'The pass that entering gives: an encrypted cookie for one session, whose id is in its name. ' +
    'On https it is called __Host-duologue-{id}.',
} as const;

/** Describes the routes that are registered after it. */
export function documentApi(app: FastifyInstance): void {
  void app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Duologue', version: '1', description: DESCRIPTION },
      // Seen from this document, whatever path a proxy puts before it.
      servers: [{ url: '..', description: 'The server that this document comes from' }],
      tags: TAGS,
      components: { securitySchemes: { pass: PASS } },
    },
    stripBasePath: false,
    // The plugin for WebSockets hides its route.
    transform: ({ schema, url }) => ({
      url,
      schema: url === SOCKET_PATH ? { ...schema, hide: false } : schema,
    }),
  });
  app.after(() => {
    let text: string | undefined;
    app.get(
      '/api/openapi.json',
      {
        schema: {
          operationId: 'describeHttp',
          tags: ['server'],
          summary: 'This document',
          security: [],
          ...refuses(),
          response: { 200: DocumentAnswer },
        },
      },
      (_request, reply) => {
        text ??= JSON.stringify(describe(app));
        return reply.type('application/json; charset=utf-8').send(text);
      },
    );
  });
}

function describe(app: FastifyInstance): object {
  // as: what the plugin makes of the options above, as far as it is changed here.
  const api = app.swagger() as unknown as {
    paths: Record<string, Record<string, DocumentedOperation & { requestBody?: RequestBody }>>;
    components: object;
  };
  for (const operations of Object.values(api.paths)) {
    for (const operation of Object.values(operations)) documentRefusals(operation);
  }
  // The generator takes every body for required; that of the end is not.
  const body = api.paths['/api/sessions/{id}']?.['delete']?.requestBody;
  if (body) body.required = false;
  // as: the names of the table are codes, all of them.
  const components = refusalComponents(Object.keys(ERRORS) as ErrorCode[]);
  return { ...api, components: { ...api.components, ...components } };
}

interface RequestBody {
  required: boolean;
}
