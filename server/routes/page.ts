/**
 * The page: one shell at / and /c, the same bytes for everyone, and what it loads. Built and
 * compressed ahead of time; nothing is rendered here, and nothing a link says arrives here.
 */
import { readdirSync } from 'node:fs';
import serveStatic from '@fastify/static';
import type { FastifyError, FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';
import { sendError } from '../plugins/errors.ts';
import { AppError } from '../protocol/errors.ts';

const IMMUTABLE = 'public, max-age=31536000, immutable';
/** Of the page's worker, whose name stays: browsers ask whether it has changed. */
const ASKED_FOR_AGAIN = 'no-cache';
/** From the API's documentation. */
const HIDDEN = { schema: { hide: true } };

/** `webRoot`: the folder with index.html and assets/, whose files have a hash in their name. */
export async function pageRoutes(
  app: FastifyInstance,
  { config, webRoot }: { config: Config; webRoot: string },
): Promise<void> {
  await app.register(serveStatic, {
    root: webRoot,
    index: false,
    dotfiles: 'ignore',
    preCompressed: true,
    cacheControl: false,
    // Compressed siblings are chosen by negotiation, never asked for by name.
    allowedPath: (path) => !/\.(br|gz|map)$/.test(path),
    setHeaders: (reply, path) => {
      const file = path.slice(webRoot.length);
      if (/[\\/]assets[\\/]/.test(file)) void reply.header('cache-control', IMMUTABLE);
      else if (/^[\\/]?sw\.js/.test(file)) void reply.header('cache-control', ASKED_FOR_AGAIN);
    },
  });

  app.setErrorHandler((error: FastifyError, _request, reply) => {
    if (error.statusCode !== 416) throw error;
    const details = { field: 'range', problem: 'unsatisfiable' };
    const message = 'The file has no such range.';
    return sendError(reply, new AppError('bad_request', { message, details }), 416);
  });

  const start = startScript(webRoot);
  app.get('/', HIDDEN, (_request, reply) => {
    // Fetched beside the page's script, which would ask for it only when it has come itself.
    if (start !== undefined) void reply.header('link', `<./${start}>; rel="modulepreload"`);
    return reply.sendFile('index.html');
  });
  app.get('/c', HIDDEN, (_request, reply) => reply.sendFile('index.html'));
  // Everything the page loads is relative to its folder, which begins after the slash.
  const folder = config.publicUrl?.path;
  if (folder) {
    app.get(folder, HIDDEN, (_request, reply) => reply.redirect(`${folder}/`, 308));
  }
}

/** The chunk of the screen that is at /, by its place in the folder of the page. */
function startScript(webRoot: string): string | undefined {
  const files = readdirSync(webRoot, { recursive: true, encoding: 'utf8' });
  return files.find((file) => /^assets\/Start-[\w-]+\.js$/.test(file));
}
