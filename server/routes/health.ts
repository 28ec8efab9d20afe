/** For load balancers and container platforms: is the process alive, can it work. */
import type { JsonSchemaToTsProvider } from '@fastify/type-provider-json-schema-to-ts';
import type { FastifyInstance } from 'fastify';
import type { Store } from '../store/store.ts';
import { refuses } from './refusals.ts';
import { Well } from './schemas.ts';

/** However many ask, the store is asked once in this time. */
const ASK_EVERY_MS = 1_000;

export async function healthRoutes(
  app: FastifyInstance,
  { store }: { store: Store },
): Promise<void> {
  const routes = app.withTypeProvider<JsonSchemaToTsProvider>();
  let answer: Promise<void> | null = null;

  function askStore(): Promise<void> {
    if (answer) return answer;
    setTimeout(() => (answer = null), ASK_EVERY_MS).unref();
    return (answer = store.ping());
  }

  routes.get(
    '/healthz',
    {
      schema: {
        operationId: 'isAlive',
        tags: ['server'],
        summary: 'The process is alive',
        security: [],
        ...refuses(),
        response: { 200: Well },
      },
    },
    async () => ({ ok: true as const }),
  );

  routes.get(
    '/readyz',
    {
      schema: {
        operationId: 'isReady',
        tags: ['server'],
        summary: 'The store answers: the server can work',
        security: [],
        ...refuses('store_unavailable'),
        response: { 200: Well },
      },
    },
    async () => {
      await askStore();
      return { ok: true as const };
    },
  );
}
