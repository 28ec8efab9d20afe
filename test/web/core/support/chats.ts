// Whole chats against the fake server: any number of devices of the two participants.
import { createChat } from '../../../../web/core/chat.ts';
import type { Chat, MessageItem } from '../../../../web/core/chat-view.ts';
import type { Socket } from '../../../../web/core/environment.ts';
import type { EnteredSession } from '../../../../web/core/entering.ts';
import type { Landing, SessionApi } from '../../../../web/core/session-api.ts';
import type { Slot } from '../../../../server/protocol/frames.ts';
import { createFakeServer } from './fake-server.ts';
import { createFakeClock, createFakeEnvironment, createFakeStorage } from './fake-world.ts';
import { createSessions } from './session.ts';

export function createChats() {
  const server = createFakeServer();
  const clock = createFakeClock();
  const sessions = createSessions();
  const storages = { a: createFakeStorage(), b: createFakeStorage() };
  const landings: Awaited<ReturnType<SessionApi['landing']>>[] = [];
  const ends: (string | undefined)[] = [];
  /** To the next ends over HTTP; `done` once it is empty. */
  const endAnswers: Awaited<ReturnType<SessionApi['end']>>[] = [];
  const api: SessionApi = {
    create: () => Promise.reject(new Error('not here')),
    enter: () => Promise.reject(new Error('not here')),
    leave: () => Promise.resolve({ result: 'done' }),
    landing: () =>
      Promise.resolve(landings.shift() ?? { result: 'retry', code: null, retryInMs: null }),
    renew: () => Promise.reject(new Error('not here')),
    end: (_sid, box) => {
      ends.push(box);
      return Promise.resolve(endAnswers.shift() ?? { result: 'done' });
    },
  };

  /** How to kill the page of a chat. */
  const deaths = new Map<Chat, () => void>();
  let wallAheadMs = 0;

  function open(
    slot: Slot,
    session: EnteredSession = sessions[slot],
    storage = storages[slot],
    page = '',
  ): Chat {
    const sockets: Socket[] = [];
    let isAlive = true;
    const environment = createFakeEnvironment({
      wallNow: () => clock.wallNow() + wallAheadMs,
      schedule: (run, ms) => clock.schedule(() => isAlive && run(), ms),
      storage,
      openSocket() {
        const socket = server.openSocket(slot, page);
        sockets.push(socket);
        return socket;
      },
      now: () => clock.now(),
    });
    const chat = createChat({
      session,
      api,
      socketUrl: `ws://test/ws/${session.sid}`,
      environment,
    });
    deaths.set(chat, () => {
      isAlive = false;
      for (const socket of sockets) socket.close();
    });
    return chat;
  }

  return {
    ...{ server, clock, sessions, storages, landings, ends, endAnswers, open },
    /** The page is gone without a word, as if its process had been killed. */
    die: (chat: Chat) => deaths.get(chat)?.(),
    /** All pages have slept so long: no timer ran, only the time of day went on. */
    sleep: (ms: number) => void (wallAheadMs += ms),
  };
}

export function landingOf(slot: Slot, here: Slot | null): Landing {
  return {
    result: 'landing',
    ...{ slot, here, key: '', names: { a: '', b: '' }, met: true, triesLeft: 5, retryInMs: 0 },
    expiresInMs: 1,
  };
}

export function textsOf(chat: Chat): string[] {
  return messagesOf(chat).map(({ body }) => (body.kind === 'text' ? body.text : `<${body.kind}>`));
}

export function messagesOf(chat: Chat): MessageItem[] {
  return chat.items.value.filter((item) => item.type === 'message');
}
