/** `npm run chat -- --new`: what it prints leads both in, and what it sends holds no key. */
import jsQR from 'jsqr';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { enterChat } from '../../scripts/chat/visit.ts';
import { invitations } from '../../scripts/chat/new-chat.ts';
import { runPiped } from '../support/chat-process.ts';
import { startServer, type Server } from '../support/server-process.ts';

/** Starts processes, on a machine that may have others. */
vi.setConfig({ testTimeout: 120_000 });

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

/** Pixels of the half blocks, eight for each module on a side, as on a light screen. */
function scanned(rows: readonly string[]): string | undefined {
  const scale = 8;
  const modules = rows.flatMap((row) => [
    [...row].map((block) => '█▀'.includes(block)),
    [...row].map((block) => '█▄'.includes(block)),
  ]);
  const width = (modules[0]?.length ?? 0) * scale;
  const height = modules.length * scale;
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const isDark = modules[Math.floor(y / scale)]?.[Math.floor(x / scale)] === true;
      if (isDark) pixels.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 3);
    }
  }
  return jsQR(pixels, width, height)?.data;
}

const QR_ROWS = /((?:^[ █▀▄]{20,}\n)+)/gm;

it('prints link, QR code and code, with which both get in', async () => {
  const making = runPiped('chat', ['--new', 'Abhi', 'Anny', '--server', server.base]);
  expect(await making.exited).toBe(0);
  const links = [...making.out.matchAll(/Link: (\S+)/g)].map(([, link = '']) => link);
  const codes = [...making.out.matchAll(/Code: (\S+)/g)].map(([, code = '']) => code);
  const pictures = [...making.out.matchAll(QR_ROWS)].map(([rows]) => rows.trimEnd().split('\n'));
  expect([links.length, codes.length, pictures.length]).toEqual([2, 2, 2]);
  // Where a phone could not follow "localhost", the QR code has the address that it can.
  const lanLinks = [...making.out.matchAll(/In your network: (\S+)/g)].map(([, link]) => link);
  expect(pictures.map(scanned)).toEqual(lanLinks.length > 0 ? lanLinks : links);

  const [abhi, anny] = [
    await enterChat(links[0] ?? '', codes[0] ?? ''),
    await enterChat(links[1] ?? '', codes[1] ?? ''),
  ];
  expect(abhi.chat.names).toEqual({ a: 'Abhi', b: 'Anny' });
  expect([abhi.chat.slot, anny.chat.slot]).toEqual(['a', 'b']);
  await Promise.all([abhi.leave(), anny.leave()]);
  // The server has logged every request at its most talkative: no name and no secret of a link.
  const logged = server.output.join('\n');
  for (const secret of ['Abhi', 'Anny', ...links.map((link) => link.split('#')[1] ?? '')]) {
    expect(logged).not.toContain(secret);
  }
});

it('says what is wrong with the names, and where there is no server', async () => {
  const run = async (...args: string[]) => {
    const making = runPiped('chat', ['--new', ...args]);
    return { code: await making.exited, said: making.err, out: making.out };
  };
  const [same, bad, nowhere, missing] = await Promise.all([
    run('Abhi', 'ABHI', '--server', server.base),
    run('Abhi', 'An\u202eny', '--server', server.base),
    run('Abhi', 'Anny', '--server', 'http://localhost:1'),
    run('Abhi'),
  ]);
  expect(same).toMatchObject({ code: 1, said: 'The two need different names.\n', out: '' });
  expect(bad.code).toBe(1);
  expect(bad.said).toContain('marks of direction');
  expect(nowhere).toMatchObject({ code: 1, said: 'The server did not answer. Try again.\n' });
  expect(missing.code).toBe(2);
  expect(missing.said).toContain('--new NAME NAME');
});

it('draws a QR code dark on light, whatever the colours of the terminal', async () => {
  const participant = { slot: 'a', name: 'Abhi', link: 'http://localhost/c#x', code: 'C' } as const;
  const text = await invitations(
    {
      ...{ result: 'created', sid: 'x', lanLinks: null, expiresInMs: 60_000 },
      participants: [participant, participant],
    },
    true,
  );
  const rows = text.split('\n').filter((row) => /[█▀▄]/.test(row));
  expect(rows.length).toBeGreaterThan(20);
  for (const row of rows) expect(row).toMatch(/^\x1b\[30;107m[ █▀▄]+\x1b\[0m$/);
});

it('prints what a server answers as text and nothing else', async () => {
  const hostile = 'http://x\x1b]0;title\x07\u202e/c#x';
  const participant = { slot: 'a', name: 'Abhi', link: hostile, code: '\x1b[2J' } as const;
  const text = await invitations(
    {
      ...{ result: 'created', sid: 'x', lanLinks: [hostile, hostile], expiresInMs: 60_000 },
      participants: [participant, participant],
    },
    false,
  );
  expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
});
