/** The description of what is said over the WebSocket, as AsyncAPI. */
import type { FastifyInstance } from 'fastify';
import type { Config, PublicUrl } from '../config.ts';
import { requireBaseUrl } from '../plugins/base-url.ts';
import { CLOSE, isFinalClose } from '../protocol/errors.ts';
import type { ClientFrame, ServerFrame } from '../protocol/frames.ts';
import {
  HELLO_TIMEOUT_MS,
  MAX_FRAME_BYTES,
  OTHER_FRAMES_BURST,
  OTHER_FRAMES_PER_SECOND,
  PAGE_BYTES,
} from '../protocol/limits.ts';
import { SID } from './examples.ts';
import { CLIENT_FRAMES, SERVER_FRAMES, type Frame } from './frame-schemas.ts';
import { PASS } from './openapi.ts';
import { refuses } from './refusals.ts';
import { DocumentAnswer, UpgradeQuery } from './schemas.ts';

const INFO = {
  title: 'Duologue, the connection',
  version: '1',
  description: `What is said on the WebSocket of an ephemeral, end-to-end-encrypted chat for exactly
two people. Getting there is described in openapi.json, beside this; the rules (HS3, LG1 …), and what
the boxes hold, in server/protocol/PROTOCOL.md.

Every frame is a JSON object in a text message, with its type. One of a client is at most
${MAX_FRAME_BYTES / 1024} KiB; one of the server may be longer, a page of entries about ${PAGE_BYTES / 1024} KiB. Frames of a client
are taken as they are described or close the connection with 4500; a client ignores fields that it
does not know.`,
};

/** Why a connection is closed; what no code of its own is here closes as RFC 6455 says. */
const CLOSES: Record<keyof typeof CLOSE, string> = {
  restart: 'The server restarts.',
  tooBig: `A frame of more than ${MAX_FRAME_BYTES / 1024} KiB.`,
  slowReader: 'Frames were not read for too long.',
  storeUnreachable: 'The store cannot be used, or its log is not the one that was delivered.',
  flooding: `More frames besides send than ${OTHER_FRAMES_PER_SECOND} a second, ${OTHER_FRAMES_BURST} at once.`,
  noHello: `No hello within ${HELLO_TIMEOUT_MS / 1000} seconds.`,
  replaced: 'Another connection with the same device has come.',
  badFrame: 'A frame that is not described here, or not allowed.',
  passGone: 'The pass was revoked: by leaving, by a new link, or by ten newer ones.',
  ended: 'The session is over; the frame ended came before.',
  openedElsewhere: 'A fifth connection of this participant closed its oldest.',
};

/** What a server answers a frame of a client with, to that connection at least. */
const REPLIES: Partial<Record<ClientFrame['type'], readonly ServerFrame['type'][]>> = {
  hello: ['welcome', 'ended'],
  send: ['entry', 'entries', 'nack'],
  unsend: ['entry', 'entries', 'nack'],
  end: ['ended'],
  ping: ['pong'],
};

export async function asyncApiRoute(
  app: FastifyInstance,
  { config }: { config: Config },
): Promise<void> {
  app.get(
    '/api/asyncapi.json',
    {
      schema: {
        operationId: 'describeConnection',
        tags: ['server'],
        summary: 'What is said over the WebSocket, as AsyncAPI',
        security: [],
        ...refuses(),
        response: { 200: DocumentAnswer },
      },
    },
    (request, reply) => {
      const document = JSON.stringify(describeConnection(requireBaseUrl(config, request)));
      return reply.type('application/json; charset=utf-8').send(document);
    },
  );
}

/** `base`: where the server is reached. */
export function describeConnection({ origin, path }: PublicUrl): object {
  const { host, protocol } = new URL(origin);
  return {
    asyncapi: '3.0.0',
    info: INFO,
    defaultContentType: 'application/json',
    servers: {
      here: {
        host,
        protocol: protocol === 'https:' ? 'wss' : 'ws',
        ...(path !== '' && { pathname: path }),
        description: 'The server that this document comes from',
        security: [{ $ref: '#/components/securitySchemes/pass' }],
      },
    },
    channels: {
      connection: {
        address: '/ws/{id}',
        description: `A connection of one participant, from hello to a close code.\n\n${closeTable()}`,
        parameters: {
          id: { description: 'The id of the session (8 bytes, base64url)', examples: [SID] },
        },
        messages: { ...refsTo('client', CLIENT_FRAMES), ...refsTo('server', SERVER_FRAMES) },
        bindings: { ws: { method: 'GET', query: UpgradeQuery, bindingVersion: '0.1.0' } },
        'x-closeCodes': closeCodes(),
      },
    },
    operations: { ...operationsOf('client'), ...operationsOf('server') },
    components: {
      messages: { ...messagesOf('client', CLIENT_FRAMES), ...messagesOf('server', SERVER_FRAMES) },
      securitySchemes: { pass: { ...PASS, type: 'httpApiKey' } },
    },
  };
}

type Side = 'client' | 'server';
/** Some types of frames are said by both sides, with other fields. */
const messageId = (side: Side, type: string) => `${side}.${type}`;

function refsTo(side: Side, frames: object): Record<string, object> {
  const ids = Object.keys(frames).map((type) => messageId(side, type));
  return Object.fromEntries(ids.map((id) => [id, { $ref: `#/components/messages/${id}` }]));
}

type Frames = Readonly<Record<string, Frame>>;

function messagesOf(side: Side, frames: Frames): Record<string, object> {
  const messages = Object.entries(frames).map(([type, { summary, payload, examples }]) => [
    messageId(side, type),
    {
      name: type,
      title: `${type}, from the ${side}`,
      summary,
      payload,
      examples: examples.map((example) => ({ payload: example })),
    },
  ]);
  return Object.fromEntries(messages) as Record<string, object>;
}

/** As seen from the server: it receives what clients say. */
function operationsOf(side: Side): Record<string, object> {
  const frames: Frames = side === 'client' ? CLIENT_FRAMES : SERVER_FRAMES;
  const channel = { $ref: '#/channels/connection' };
  const said = (by: Side, type: string) => ({
    $ref: `#/channels/connection/messages/${messageId(by, type)}`,
  });
  const operations = Object.entries(frames).map(([type, { summary }]) => {
    // as: of a type that only servers say there is none.
    const reply = side === 'client' ? REPLIES[type as ClientFrame['type']] : undefined;
    return [
      messageId(side, type),
      {
        action: side === 'client' ? 'receive' : 'send',
        channel,
        summary,
        messages: [said(side, type)],
        ...(reply && { reply: { channel, messages: reply.map((one) => said('server', one)) } }),
      },
    ];
  });
  return Object.fromEntries(operations) as Record<string, object>;
}

function closeCodes() {
  return Object.entries(CLOSES).map(([name, description]) => {
    const code = CLOSE[name as keyof typeof CLOSE]; // as: the keys are its own
    return { code, name, again: !isFinalClose(code), description };
  });
}

function closeTable(): string {
  const rows = closeCodes().map(
    ({ code, again, description }) => `| ${code} | ${again ? 'yes' : 'no'} | ${description} |`,
  );
  return [
    '| close code | connect again? | why |',
    '|---|---|---|',
    ...rows,
    '| any other | yes | As RFC 6455 says: 1007 for what is no UTF-8, 1006 without a close. |',
  ].join('\n');
}
