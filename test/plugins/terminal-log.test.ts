/** The log as people read it. */
import { expect, it } from 'vitest';
import { LogController, fastify } from 'fastify';
import { parseConfig } from '../../server/config.ts';
import { logOptions, logRequests } from '../../server/plugins/log.ts';
import { createTerminalLog } from '../../server/plugins/terminal-log.ts';

const ESC = '\u001b';

/** An app that logs to a terminal, and all that was written there. */
function setUp({ isColoured = false } = {}) {
  const written: string[] = [];
  const terminal = {
    write: (text: string) => written.push(text),
    hasColors: () => isColoured,
  };
  const options = logOptions(parseConfig({ LOG_LEVEL: 'trace' }), createTerminalLog(terminal));
  const logController = new LogController({ disableRequestLogging: true });
  const app = fastify({ logger: options, logController });
  logRequests(app);
  app.get('/things/:id', async () => 'ok');
  return { app, written };
}

it('is one line for each request, with its number, and without what was asked for', async () => {
  const { app, written } = setUp();
  await app.inject('/things/hunter2');
  await app.inject('/hunter2');
  const time = String.raw`\d\d:\d\d:\d\d`;
  const answered = written.filter((line) => line.includes('answered'));
  expect(answered).toHaveLength(2);
  expect(answered[0]).toMatch(
    new RegExp(`^${time} info  req-1 answered: GET /things/:id 200, \\d+ ms\n$`),
  );
  expect(answered[1]).toMatch(
    new RegExp(`^${time} info  req-2 answered: GET none 404, \\d+ ms\n$`),
  );
  expect(written.join('')).not.toContain('hunter2');
});

it('shows what else a line holds, and an error with where it comes from', () => {
  const { app, written } = setUp();
  app.log.warn({ why: 429 }, 'a push service did not take word');
  app.log.error({ err: new TypeError('broken', { cause: new Error('deeper') }) }, 'failed');
  expect(written[0]).toMatch(/ warn  a push service did not take word why=429\n$/);
  expect(written[1]).toMatch(/ error failed\n {4}TypeError: broken\n {8}at .*terminal-log/);
  expect(written[1]).toMatch(/\n {4}Error: deeper\n {8}at /);
});

it('colours trouble where there are colours', () => {
  const { app, written } = setUp({ isColoured: true });
  app.log.info('well');
  app.log.warn('less so');
  app.log.error('not at all');
  expect(written.map((line) => line.startsWith(`${ESC}[`))).toEqual([false, true, true]);
});

it('lets nothing in a message steer the terminal', () => {
  const { app, written } = setUp();
  app.log.warn({ err: new Error(`${ESC}]0;title\u0007 \u009b2J\rgone`) }, `${ESC}[2J\nwiped`);
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  expect(written.join('')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  expect(written[0]).toContain('[2Jwiped\n    Error: ');
});
