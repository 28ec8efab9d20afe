/** The way from a link to its chat and to its end: what is asked, kept, told, and wiped when. */
import { signal } from '@preact/signals-core';
import { beforeEach, expect, it, vi } from 'vitest';
import { parseLinkFragment } from '../../../server/protocol/link.ts';
import type { Chat, EndedChat, PeerStatus } from '../../../web/core/chat-view.ts';
import { createNewSession } from '../../../web/core/new-session.ts';
import type { CreateRequest, SessionApi } from '../../../web/core/session-api.ts';
import { keepDraft } from '../../../web/ui/draft.ts';
import { createLinkFlow } from '../../../web/ui/link-flow.ts';
import type { TabNews } from '../../../web/ui/session-tabs.ts';
import {
  createFakeClock,
  createFakeEnvironment,
  createFakeStorage,
} from '../core/support/fake-world.ts';

type LandingAnswer = Awaited<ReturnType<SessionApi['landing']>>;

beforeEach(() => sessionStorage.clear());

/** A flow on Ann's own link, whose browser holds her pass; the chat is a stand-in. */
async function setup() {
  const { link, sid, landing } = await newLink();
  const clock = createFakeClock();
  const storage = createFakeStorage();
  const answers: LandingAnswer[] = [];
  const api = {
    landing: vi.fn(() => Promise.resolve(answers.shift() ?? landing)),
    leave: vi.fn(() => Promise.resolve({ result: 'done' as const })),
  };
  const told: TabNews[] = [];
  let hear: (news: TabNews) => void = () => {};
  const chat = {
    sid,
    ended: signal<EndedChat | null>(null),
    connection: signal('live'),
    peer: signal<PeerStatus>({ state: 'never', typing: false }),
    stop: vi.fn(),
    wipe: vi.fn(),
  };
  const flow = createLinkFlow({
    ...{ link, base: 'https://host', rememberedSlot: null, code: null, isOffline: () => false },
    api: api as unknown as SessionApi, // as: the flow of someone inside asks nothing else
    environment: createFakeEnvironment({ clock, storage }),
    tabs: {
      tell: (news) => told.push(news),
      listen(heard) {
        hear = heard;
        return () => {};
      },
    },
    loadChat: () =>
      Promise.resolve({
        createChat: () => chat as unknown as Chat, // as: the flow calls nothing else of it
        createDraftSeal: () => ({ seal: (text: string) => text, open: (text: string) => text }),
        ChatPage: () => null as never, // never rendered
      }),
  });
  async function open(): Promise<void> {
    flow.open();
    await vi.waitFor(() => expect(flow.state.value.state).toBe('inside'));
    keepDraft(sid, { seal: (text) => text, open: (text) => text }, 'a draft');
  }
  const finished = () => vi.waitFor(() => expect(flow.state.value.state).toBe('ended'));
  return {
    flow,
    chat,
    api,
    answers,
    told,
    hear: (n: TabNews) => hear(n),
    sid,
    clock,
    storage,
    open,
    finished,
  };
}

async function newLink() {
  let sealed: CreateRequest['sealed'] | undefined;
  const created = await createNewSession(
    {
      create(request) {
        ({ sealed } = request);
        const { id } = request;
        const codes = { a: 'AAAA-AAAA', b: 'BBBB-BBBB' };
        const common = { linkBase: 'https://host', lanBase: null, expiresInMs: 9 };
        return Promise.resolve({ result: 'created', id, codes, ...common });
      },
    },
    ['Ann', 'Bob'],
    {},
  );
  if (created.result !== 'created' || !sealed) throw new Error(created.result);
  const link = parseLinkFragment(new URL(created.participants[0].link).hash);
  if (!link) throw new Error('no link');
  const [a, b] = sealed;
  const landing: LandingAnswer = {
    ...{ result: 'landing', slot: 'a', here: 'a', met: false, triesLeft: 5, retryInMs: 0 },
    ...{ expiresInMs: 9, key: a.key, names: { a: a.name, b: b.name } },
  };
  return { link, sid: created.sid, landing };
}

const ended = (reason: EndedChat['reason']): EndedChat => ({ reason, by: null, idleMs: 0 });

it.each(['ended', 'silence', 'limit', 'link'] as const)(
  'after the end by %s nothing is kept, the pass goes, the other tabs are told',
  async (reason) => {
    const { chat, api, told, sid, open, finished } = await setup();
    await open();
    chat.ended.value = ended(reason);
    await finished();
    expect(chat.wipe).toHaveBeenCalledWith(reason);
    expect(sessionStorage.length).toBe(0);
    expect(api.leave).toHaveBeenCalledOnce();
    expect(told).toEqual([{ sid, type: 'ended', chat: ended(reason) }]);
  },
);

it('keeps the outbox for the new link when this one was replaced, and ends no other tab', async () => {
  const { chat, api, told, open, finished } = await setup();
  await open();
  chat.ended.value = ended('renewed');
  await finished();
  expect(chat.stop).toHaveBeenCalled();
  expect(chat.wipe).toHaveBeenCalledWith('renewed');
  expect(sessionStorage.length).toBe(0);
  expect(api.leave).not.toHaveBeenCalled();
  expect(told).toEqual([]);
});

it('keeps the outbox too when the pass went first and the landing tells why', async () => {
  const { chat, answers, open, finished } = await setup();
  await open();
  answers.push({ result: 'gone', reason: 'renewed', by: null, box: null, idleMs: 0 });
  chat.connection.value = 'pass_gone';
  await finished();
  expect(chat.wipe).toHaveBeenCalledWith('renewed');
});

it('waits longer each time a pass is denied that the landing has promised', async () => {
  const { flow, chat, api, clock, open } = await setup();
  await open();
  chat.connection.value = 'pass_gone';
  const landings = (times: number) =>
    vi.waitFor(() => {
      expect(api.landing).toHaveBeenCalledTimes(times);
      expect(clock.pending).toBe(1);
    });
  await landings(2);
  expect(flow.state.value.state).toBe('unreachable');
  for (const [round, waitMs] of [500, 1000, 2000].entries()) {
    clock.advance(waitMs - 1);
    expect(api.landing).toHaveBeenCalledTimes(2 + round);
    clock.advance(1);
    await landings(3 + round);
  }

  chat.connection.value = 'live';
  clock.advance(4000);
  await vi.waitFor(() => expect(flow.state.value.state).toBe('inside'));
  clock.advance(15_000);
  // Once at once again, after a chat that held for a while.
  chat.connection.value = 'pass_gone';
  await landings(7);
});

it('wipes a chat of which only another tab knows that it ended', async () => {
  const { chat, told, hear, sid, open, finished } = await setup();
  await open();
  hear({ sid, type: 'ended', chat: ended('ended') });
  await finished();
  expect(chat.wipe).toHaveBeenCalledWith('ended');
  expect(told).toEqual([]);
});

it.each(['ended', 'unknown', 'renewed'] as const)(
  'meets an end without having opened the chat: %s, and what an earlier page left',
  async (reason) => {
    const { flow, answers, storage, sid, finished } = await setup();
    const ours = [1, 2].map((page) => `duologue:outbox:${sid}:${page}`);
    for (const key of [...ours, 'duologue:outbox:another:1']) storage.setItem(key, '{}');
    answers.push({ result: 'gone', reason, by: null, box: null, idleMs: 0 });
    flow.open();
    await finished();
    const kept = reason === 'renewed' ? ours : [];
    expect([...storage.entries.keys()]).toEqual([...kept, 'duologue:outbox:another:1']);
  },
);

it('tells once that both have met', async () => {
  const { chat, told, sid, open } = await setup();
  await open();
  chat.peer.value = { state: 'online', typing: false };
  chat.peer.value = { state: 'online', typing: true };
  chat.peer.value = { state: 'offline', typing: false };
  expect(told).toEqual([{ sid, type: 'met' }]);
});

it('asks for the landing again, later each time', async () => {
  const { flow, api, answers, clock } = await setup();
  const retry = { result: 'retry', code: null, retryInMs: null } as const;
  answers.push(retry, retry, { ...retry, retryInMs: 3000 });
  flow.open();
  const asked = (times: number) =>
    vi.waitFor(() => {
      expect(api.landing).toHaveBeenCalledTimes(times);
      expect(clock.pending).toBe(1);
    });
  await asked(1);
  expect(flow.state.value.state).toBe('unreachable');
  for (const [times, waitMs] of [250, 500].entries()) {
    clock.advance(waitMs - 1);
    expect(api.landing).toHaveBeenCalledTimes(times + 1);
    clock.advance(1);
    await asked(times + 2);
  }
  clock.advance(3000 + 1000);
  await vi.waitFor(() => expect(flow.state.value.state).toBe('inside'));
});

it('says until when too much was asked from here, and opens then', async () => {
  const { flow, api, answers, clock } = await setup();
  answers.push({ result: 'retry', code: 'rate_limited', retryInMs: 40_000 });
  flow.open();
  await vi.waitFor(() => expect(flow.state.value.state).toBe('crowded'));
  expect(flow.state.value).toEqual({ state: 'crowded', until: clock.now() + 40_250 });
  // Asking sooner would only be refused.
  flow.woke();
  clock.advance(40_249);
  expect(api.landing).toHaveBeenCalledTimes(1);
  clock.advance(1);
  expect(flow.state.value.state).toBe('crowded');
  await vi.waitFor(() => expect(flow.state.value.state).toBe('inside'));
});
