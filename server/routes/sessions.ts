/**
 * The life of a session over HTTP: creating, landing, entering, leaving, renewing, ending. From requests to
 * server/sessions and back; decides nothing itself.
 */
import type { JsonSchemaToTsProvider } from '@fastify/type-provider-json-schema-to-ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { lanBase, requireBaseUrl } from '../plugins/base-url.ts';
import { limitedTo, OFTEN } from '../plugins/rate-limits.ts';
import { isBase64Url } from '../protocol/encoding.ts';
import { AppError } from '../protocol/errors.ts';
import { BOX_OVERHEAD_BYTES } from '../protocol/limits.ts';
import { createFromNames, createSealed } from '../sessions/create.ts';
import { end } from '../sessions/end.ts';
import { enter } from '../sessions/enter.ts';
import { findByPass } from '../sessions/find-by-pass.ts';
import type { Hasher } from '../sessions/hasher.ts';
import { landing } from '../sessions/landing.ts';
import { leave } from '../sessions/leave.ts';
import { newPass, type Passes } from '../sessions/passes.ts';
import { renew } from '../sessions/renew.ts';
import type { Caller, Store } from '../store/store.ts';
import { jarOf, setCookies } from './pass-cookies.ts';
import { CHANGING, refuses } from './refusals.ts';
import {
  CreateBody,
  CreatedAnswer,
  EndBody,
  EnterAnswer,
  EnterBody,
  LandingAnswer,
  LandingBody,
  type NamesBody,
  NoPassAnswer,
  RenewAnswer,
  RenewBody,
  type SealedBody,
  SessionPath,
} from './schemas.ts';

export interface SessionRouteOptions {
  config: Config;
  store: Store;
  hasher: Hasher;
  passes: Passes;
  callerAt: (address: string) => Caller;
  /** A duration like 10m in ms, within the bounds of IDLE_TTL. */
  parseIdle: (text: string) => number | undefined;
}

export async function sessionRoutes(
  app: FastifyInstance,
  options: SessionRouteOptions,
): Promise<void> {
  const { config, store, passes, callerAt } = options;
  const routes = app.withTypeProvider<JsonSchemaToTsProvider>();

  const askerOf = async (request: FastifyRequest, sid: string) => ({
    sid,
    passes: await passes.read(jarOf(config, request), sid),
    caller: callerAt(request.ip),
  });

  // A pass for what is gone is of no more use. One that is still good stays: a damaged link must
  // not put anybody out.
  routes.addHook('onError', async (request, reply, error) => {
    const code: unknown = error instanceof AppError ? error.code : null;
    if (code !== 'not_found' && code !== 'ended') return;
    // as: only routes with an id in their path throw these, after it was validated.
    const { id } = request.params as { id: string };
    const asker = await askerOf(request, id);
    if (await findByPass(store, id, asker.passes).catch(() => true)) return;
    setCookies(config, request, reply, passes.clear(jarOf(config, request), id));
  });

  routes.post(
    '/api/sessions',
    {
      config: limitedTo(config.rateCreate),
      schema: {
        operationId: 'create',
        tags: ['sessions'],
        summary: 'Create a session',
        description:
          'Either by names, and the server makes the keys, links and QR codes and sees them ' +
          'during this request; or with everything sealed, and the server never sees a key. The ' +
          'session waits for both people for `expiresInMs`.',
        security: [],
        ...refuses(...CHANGING, 'id_taken', 'busy'),
        body: CreateBody,
        response: { 201: CreatedAnswer },
      },
    },
    async (request, reply) => {
      const created = await create(options, request.body, linkBaseOf(config, request));
      const lan = lanBase(config, request);
      void reply.code(201);
      return { ...created, ...(lan === undefined ? {} : { lanBase: lan }) };
    },
  );

  routes.post(
    '/api/sessions/:id/landing',
    {
      config: limitedTo(config.rateEnter, { times: OFTEN }),
      schema: {
        operationId: 'land',
        tags: ['sessions'],
        summary: 'What a link leads to; changes nothing',
        description:
          'For whoever has the link: `proof` is derived from what stands behind its #. Without ' +
          'the right proof it is `not_found`, whether or not there is such a session.',
        security: [{}, { pass: [] }],
        ...refuses(...CHANGING, 'not_found', 'ended'),
        params: SessionPath,
        body: LandingBody,
        response: { 200: LandingAnswer },
      },
    },
    async (request, _reply) => {
      const asker = await askerOf(request, request.params.id);
      return landing(store, { ...asker, proof: request.body.proof });
    },
  );

  routes.post(
    '/api/sessions/:id/enter',
    {
      config: limitedTo(config.rateEnter),
      schema: {
        operationId: 'enter',
        tags: ['sessions'],
        summary: 'Get in with link and code; the answer brings a pass as a cookie',
        description:
          'Five wrong codes may be tried from an address, then waits grow from one minute to ' +
          'fifteen. What cannot be a code is `bad_request` and costs no try.',
        security: [{}, { pass: [] }],
        ...refuses(
          ...CHANGING,
          'wrong_code',
          'not_found',
          'other_participant',
          'ended',
          'too_many_tries',
          'busy',
        ),
        params: SessionPath,
        body: EnterBody,
        response: { 200: EnterAnswer },
      },
    },
    async (request, reply) => {
      const asker = await askerOf(request, request.params.id);
      const { id, passHash } = newPass();
      const { slot, passed } = await enter(options, { ...asker, ...request.body, passHash });
      if (passed) {
        const jar = jarOf(config, request);
        const changes = await passes.issue(jar, { sid: asker.sid, slot, id });
        setCookies(config, request, reply, changes);
      }
      return { slot };
    },
  );

  routes.post(
    '/api/sessions/:id/leave',
    {
      config: limitedTo(config.rateEnter, { times: OFTEN }),
      schema: {
        operationId: 'leave',
        tags: ['sessions'],
        summary: "Revoke this browser's pass",
        description: 'Its connections close; the session goes on, and link and code lead in again.',
        security: [{ pass: [] }],
        ...refuses(...CHANGING, 'pass_required'),
        params: SessionPath,
        response: { 204: NoPassAnswer },
      },
    },
    async (request, reply) => {
      const asker = await askerOf(request, request.params.id);
      await leave(store, asker);
      setCookies(config, request, reply, passes.clear(jarOf(config, request), asker.sid));
      return reply.code(204).send(null);
    },
  );

  routes.post(
    '/api/sessions/:id/renew',
    {
      config: limitedTo(config.rateEnter, { times: OFTEN }),
      schema: {
        operationId: 'renew',
        tags: ['sessions'],
        summary: 'Replace the link and the code of a participant; both are told in the log',
        description:
          'The old link and code stop working, and so do the passes of that participant, but ' +
          'for the one that asks. `id_taken`: the cid or the proof hash is in use.',
        security: [{ pass: [] }],
        ...refuses(...CHANGING, 'pass_required', 'connected', 'id_taken', 'session_full', 'busy'),
        params: SessionPath,
        body: RenewBody,
        response: { 200: RenewAnswer },
      },
    },
    async (request, _reply) => {
      const { id: sid } = request.params;
      const { box, after: seen = null, ...link } = request.body;
      const held = await passes.read(jarOf(config, request), sid);
      const entry = { box: controlBox(config, box), seen };
      return { code: await renew(options, { sid, passes: held, ...link, ...entry }) };
    },
  );

  routes.delete(
    '/api/sessions/:id',
    {
      config: limitedTo(config.rateEnter, { times: OFTEN }),
      schema: {
        operationId: 'end',
        tags: ['sessions'],
        summary: 'End the session for both',
        description: 'Everything is deleted but the reason, which a link still tells for a while.',
        security: [{ pass: [] }],
        ...refuses(...CHANGING, 'pass_required'),
        params: SessionPath,
        body: EndBody,
        response: { 204: NoPassAnswer },
      },
    },
    async (request, reply) => {
      const asker = await askerOf(request, request.params.id);
      const box = request.body?.box;
      await end(store, { ...asker, box: box === undefined ? null : controlBox(config, box) });
      setCookies(config, request, reply, passes.clear(jarOf(config, request), asker.sid));
      return reply.code(204).send(null);
    },
  );
}

async function create(
  options: SessionRouteOptions,
  body: SealedBody | NamesBody,
  linkBase: string,
) {
  const { config, store, hasher } = options;
  const idleMs = idleOf(options, body.idle);
  const expiresInMs = Math.min(config.linkTtlMs, config.maxTtlMs);
  if ('names' in body) {
    const [first = '', second = ''] = body.names;
    const names: [string, string] = [first, second];
    const { sid, participants } = await createFromNames(
      { store, hasher },
      { names, idleMs, linkBase },
    );
    return { id: sid, linkBase, expiresInMs, participants };
  }
  const [a, b] = body.sealed;
  if (!a || !b) throw new Error('the schema asks for two');
  const participants = await createSealed(
    { store, hasher },
    { sid: body.id, sealed: { a, b }, idleMs },
  );
  return { id: body.id, linkBase, expiresInMs, participants };
}

function idleOf({ config, parseIdle }: SessionRouteOptions, idle: string | undefined): number {
  if (idle === undefined) return Math.min(config.idleTtlMs, config.maxTtlMs);
  const idleMs = parseIdle(idle);
  if (idleMs === undefined || idleMs > config.maxTtlMs) {
    throw new AppError('bad_request', {
      message: 'idle must be a duration like 90s, 30m, 24h or 7d, from 1s to the longest allowed.',
      details: { field: 'idle', problem: 'range', maxMs: config.maxTtlMs },
    });
  }
  return idleMs;
}

function linkBaseOf(config: Config, request: FastifyRequest): string {
  const { origin, path } = requireBaseUrl(config, request);
  return origin + path;
}

function controlBox(config: Config, box: string): string {
  const maxBytes = config.maxMessageBytes + BOX_OVERHEAD_BYTES;
  if (isBase64Url(box, BOX_OVERHEAD_BYTES + 1, maxBytes)) return box;
  throw new AppError('bad_request', { details: { field: 'box', problem: 'malformed' } });
}
