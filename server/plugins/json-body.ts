/**
 * Bodies are JSON in UTF-8 and nothing else: what a foreign form can send without asking is not
 * understood, and no character is guessed.
 */
import type { FastifyInstance } from 'fastify';
import { AppError } from '../protocol/errors.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true });

export function takeJsonOnly(app: FastifyInstance): void {
  app.removeContentTypeParser('text/plain');
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    (request, body, done) => {
      // Clients that always say JSON say it of no body too.
      if (body.length === 0) return done(null);
      const text = decode(body);
      if (text === null) return done(notJson());
      void parseJson(request, text, (error, value) =>
        error ? done(notJson()) : done(null, value),
      );
    },
  );
}

function decode(bytes: Buffer): string | null {
  try {
    return UTF8.decode(bytes);
  } catch {
    return null;
  }
}

function notJson(): AppError {
  return new AppError('bad_request', {
    message: 'The body is not JSON in UTF-8.',
    details: { problem: 'json' },
  });
}
