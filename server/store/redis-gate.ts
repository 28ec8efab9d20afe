/**
 * Lets commands through to one Redis only when nothing that was given up before can still be
 * carried out there: a command that failed must never run after a later one.
 */
import type { Redis } from 'ioredis';
import { gather } from '../gather.ts';
import { AppError } from '../protocol/errors.ts';
import { loadScripts } from './redis-scripts.ts';
import type { Scripts } from './redis-scripts.ts';

export interface Gate {
  readonly isOpen: boolean;
  /** Runs when Redis can be reached; rejects with `store_unavailable` and nothing else. */
  run: <T>(commands: (client: Redis) => Promise<T>) => Promise<T>;
}

/** Of each server (by run id) the connection that was used last (by its id there). */
export type LastConnections = Map<string, number>;

/** What becomes of connections, for whoever tells operators. */
export interface RedisEvents {
  /** A Redis can be reached, at first or again. */
  onOpen: () => void;
  /** Why a connection was lost or cannot be made; comes again with each attempt. */
  onTrouble: (error: Error) => void;
}

export interface GateOptions extends RedisEvents {
  scripts: Scripts;
  /** Shared by the gates of one store: a client may be led from server to server and back. */
  last: LastConnections;
  onClose: () => void;
}

/**
 * Open while `client` is connected and its last connection is certainly dead. Redis may still
 * hold commands of a connection that we gave up (it was stopped, or the network was): they are
 * discarded by killing that connection by its id, before anything is sent on the new one.
 */
export function createGate(client: Redis, options: GateOptions): Gate {
  const { scripts, last, onOpen, onTrouble, onClose } = options;
  let isOpen = false;
  /** Why it is not, as far as is known. */
  let trouble: unknown;

  async function open(isStill: () => boolean): Promise<void> {
    const [info, id] = await Promise.all([client.info('server'), client.client('ID')]);
    // Another server, or the same started anew, counts its connections from the start.
    const server = /^run_id:(\w+)/m.exec(info)?.[1] ?? '';
    const former = last.get(server);
    if (former !== undefined) await client.client('KILL', 'ID', former);
    await loadScripts(client, scripts);
    if (!isStill()) return;
    last.set(server, id);
    isOpen = true;
    trouble = undefined;
    onOpen();
  }

  let epoch = 0;
  function tryToOpen(): void {
    const mine = ++epoch;
    const isStill = () => mine === epoch;
    open(isStill).catch((error: unknown) => {
      if (!isStill()) return;
      client.emit('error', error);
      client.disconnect(true);
    });
  }

  client.on('error', (error: Error) => {
    trouble = error;
    onTrouble(error);
  });
  client.on('ready', tryToOpen);
  client.on('close', () => {
    isOpen = false;
    epoch += 1;
    onClose();
  });
  if (client.status === 'ready') tryToOpen();

  return {
    get isOpen() {
      return isOpen;
    },
    async run(commands) {
      if (!isOpen) throw new AppError('store_unavailable', { message: notConnected(trouble) });
      gather(client.stream);
      try {
        return await commands(client);
      } catch (cause) {
        throw new AppError('store_unavailable', { cause });
      }
    },
  };
}

/** In the message, for operators: a cause would be taken for that of the operation. */
function notConnected(trouble: unknown): string {
  return `not connected to Redis${trouble instanceof Error ? `: ${trouble.message}` : ''}`;
}
