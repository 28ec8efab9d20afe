/**
 * What is logged of requests, at every level: method, route pattern, status, duration, in one
 * line when the answer has gone. Never a URL, an address, a header or a body: sids, proofs, codes and passes are in those.
 */
import type { FastifyInstance, FastifyRequest, FastifyServerOptions } from 'fastify';
import type { Config } from '../config.ts';

export interface LogStream {
  write(line: string): void;
}

/** `stream` instead of standard output. */
export function logOptions(
  { logLevel }: Config,
  stream: LogStream | undefined,
): NonNullable<FastifyServerOptions['logger']> {
  return {
    level: logLevel,
    base: null,
    serializers: {
      req: (request: FastifyRequest) => ({
        method: request.method,
        route: request.routeOptions?.url ?? 'none',
      }),
      res: ({ statusCode = 0 }: { statusCode?: number }) => ({ statusCode }),
      err: describeError,
      // Under these names Fastify and its plugins log addresses of requests.
      url: hidden,
      originalUrl: hidden,
      path: hidden,
    },
    ...(stream ? { stream } : {}),
  };
}

function hidden(): undefined {
  return undefined;
}

export function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const durationMs = Math.round(reply.elapsedTime);
    request.log.info({ req: request, res: reply, durationMs }, 'answered');
  });
}

interface DescribedError {
  [field: string]: unknown;
  type: string;
  message: string;
  stack: string;
}

/** Named fields only: errors of parsers carry what they could not parse. */
function describeError(error: unknown): DescribedError {
  if (!(error instanceof Error)) return { type: typeof error, message: '', stack: '' };
  const { name, message, stack = '', cause } = error;
  const code: unknown = 'code' in error ? error.code : undefined;
  // It repeats what could not be parsed, and the stack repeats the message.
  const shown = error instanceof SyntaxError ? '' : withoutArguments(message);
  return {
    type: name,
    message: shown,
    stack: withoutArguments(stack.replace(message, () => shown)),
    ...(code === undefined ? {} : { code }),
    ...(cause === undefined ? {} : { cause: describeError(cause) }),
  };
}

/** Redis repeats what it was asked when it does not know the command. */
function withoutArguments(text: string): string {
  return text.replace(/, with args beginning with:.*/g, '');
}
