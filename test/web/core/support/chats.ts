// Whole chats against the fake server: any number of devices of the two participants.
import { createChat } from '../../../../web/core/chat.ts';
import type { Chat, MessageItem } from '../../../../web/core/chat-view.ts';
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
    end: (_sid, box) => {
      ends.push(box);
      return Promise.resolve(endAnswers.shift() ?? { result: 'done' });
    },
  };

  function open(
    slot: Slot,
    session: EnteredSession = sessions[slot],
    storage = storages[slot],
  ): Chat {
    const environment = createFakeEnvironment({
      clock,
      storage,
      openSocket: () => server.openSocket(slot),
    });
    return createChat({ session, api, socketUrl: `ws://test/ws/${session.sid}`, environment });
  }

  return { server, clock, sessions, storages, landings, ends, endAnswers, open };
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
