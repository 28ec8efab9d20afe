/**
 * Files of a session over HTTP, as octets: one PUT, and GETs. From requests to
 * server/sessions/files.ts and back, with the limits of what an upload may cost. Unlike the other
 * routes of a session these take no pass away, whatever they answer: that a file is not there
 * does not say that its chat is over.
 */
import { Readable } from 'node:stream';
import type { JsonSchemaToTsProvider } from '@fastify/type-provider-json-schema-to-ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { isOwnRead } from '../plugins/origin.ts';
import type { Uploads } from '../plugins/uploads.ts';
import { AppError } from '../protocol/errors.ts';
import { FILE_BOX_MIN_BYTES } from '../protocol/limits.ts';
import { checkFilesOpen, putFile, readFile } from '../sessions/files.ts';
import type { Pass } from '../sessions/passes.ts';
import type { Store } from '../store/store.ts';
import { receiveOctets } from './octets.ts';
import { CHANGING, refuses } from './refusals.ts';
import { FileAnswer, FileBody, FilePath, NoAnswer } from './schemas.ts';

const FILE_PATH = '/api/sessions/:id/files/:cid';
const OCTETS = 'application/octet-stream';

export interface FileRouteOptions {
  config: Config;
  store: Store;
  uploads: Uploads;
  /** The largest box that is taken. */
  largestBytes: number;
  /** The passes that came along for this session; the store has not been asked. */
  readPasses: (request: FastifyRequest, sid: string) => Promise<readonly Pass[]>;
  hashAddress: (address: string) => string;
}

/** Whether a request brings a file, whatever becomes of it. */
export function isUpload({ method, routeOptions }: FastifyRequest): boolean {
  return method === 'PUT' && routeOptions.url === FILE_PATH;
}

export async function fileRoutes(app: FastifyInstance, options: FileRouteOptions): Promise<void> {
  const { config, store, uploads, largestBytes, readPasses, hashAddress } = options;
  const routes = app.withTypeProvider<JsonSchemaToTsProvider>();
  takeOctetsOnly(app);

  routes.put(
    FILE_PATH,
    {
      schema: {
        operationId: 'putFile',
        tags: ['files'],
        summary: 'Store the file that belongs to a message',
        description:
          'Put first; then the message with this cid is sent. The same again is the same ' +
          'success; other bytes under the cid, the other participant, and a message that was ' +
          'unsent are `id_taken`.',
        security: [{ pass: [] }],
        ...refuses(...CHANGING, 'pass_required', 'not_met', 'id_taken', 'files_full', 'busy'),
        consumes: [OCTETS],
        params: FilePath,
        body: FileBody,
        response: { 204: NoAnswer },
      },
    },
    async (request, reply) => {
      const { id: sid, cid } = request.params;
      const pass = await checkFilesOpen(store, sid, await readPasses(request, sid));
      const body: unknown = request.body;
      const bytes = announcedBytes(request, largestBytes);
      if (!(body instanceof Readable)) throw wrongSize();
      const admission = await uploads.admit(hashAddress(request.ip), bytes);
      const receiving = receiveOctets(body, bytes);
      try {
        const box = await receiving.whole;
        if (box.length < FILE_BOX_MIN_BYTES) throw wrongSize();
        await putFile(store, { sid, cid, pass, box });
      } finally {
        admission.done(receiving.received());
      }
      return reply.code(204).send(null);
    },
  );

  routes.get(
    FILE_PATH,
    {
      // It would read all of a file to tell how long it is.
      exposeHeadRoute: false,
      schema: {
        operationId: 'getFile',
        tags: ['files'],
        summary: 'The file that belongs to a message, as it was stored',
        description: '`not_found` says nothing about the chat: the file is not there, or not yet.',
        security: [{ pass: [] }],
        ...refuses('pass_required', 'bad_origin', 'not_found', 'not_met', 'store_unavailable'),
        params: FilePath,
        response: { 200: FileAnswer },
      },
    },
    async (request, reply) => {
      if (!isOwnRead(config, request)) throw new AppError('bad_origin');
      const { id: sid, cid } = request.params;
      await checkFilesOpen(store, sid, await readPasses(request, sid));
      const { bytes, pieces } = await readFile(store, { sid, cid });
      return reply
        .headers({ 'content-length': bytes, 'content-disposition': 'attachment' })
        .type(OCTETS)
        .send(Readable.from(pieces, { objectMode: false }));
    },
  );
}

/** Handed on unread: who sends it, and how much it is, is looked at first. */
function takeOctetsOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(OCTETS, (_request, body, done) => done(null, body));
  app.addContentTypeParser('*', (_request, _body, done) => {
    const message = `Send octets, with the header content-type: ${OCTETS}.`;
    done(new AppError('bad_request', { message, details: { problem: 'content_type' } }));
  });
}

/** What the body will be; where it does not say, the most it may be. */
function announcedBytes({ headers }: FastifyRequest, largestBytes: number): number {
  const length = headers['content-length'];
  if (length === undefined) return largestBytes;
  if (Number(length) > largestBytes) throw new AppError('too_large');
  if (Number(length) < FILE_BOX_MIN_BYTES) throw wrongSize();
  return Number(length);
}

function wrongSize(): AppError {
  return new AppError('bad_request', {
    message: 'That is too short for a box.',
    details: { problem: 'size' },
  });
}
