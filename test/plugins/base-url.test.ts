/** The address for a phone: given when it is known to be right, and never otherwise. */
import { networkInterfaces } from 'node:os';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { enterAs, invitationsOf, openBrowser, startApp } from '../support/app.ts';

vi.mock('node:os', { spy: true });

const ADDRESS = { netmask: '', mac: '', cidr: null };
const V4 = { ...ADDRESS, family: 'IPv4' as const };

beforeEach(() => {
  vi.mocked(networkInterfaces).mockReturnValue({
    lo: [{ ...V4, address: '127.0.0.1', internal: true }],
    eth0: [
      { ...ADDRESS, family: 'IPv6', address: 'fe80::1', internal: false, scopeid: 1 },
      { ...V4, address: '192.168.1.5', internal: false },
    ],
    eth1: [{ ...V4, address: '10.0.0.5', internal: false }],
  });
});

async function lanBaseFor(
  host: string,
  { address = '127.0.0.1', env = {} }: { address?: string; env?: Record<string, string> } = {},
): Promise<unknown> {
  const { app } = await startApp({ env });
  const browser = openBrowser(app, { host, address, origin: null });
  const { status, json } = await browser.send('POST', '/api/sessions', { names: ['Ann', 'Bob'] });
  expect(status).toBe(201);
  return (json as { lanBase?: string }).lanBase; // as: the answer to a creation
}

describe('behind a trusted proxy', () => {
  it.each([
    ['https', 'https'],
    ['HTTPS', 'https'],
    ['wss', 'https'],
    ['http, https', 'https'],
    ['http', 'http'],
    ['ws', 'http'],
    ['ftp', 'http'],
    ['javascript', 'http'],
    ['https://evil.example/', 'http'],
  ])('%s is %s, for links, headers, cookies and origins', async (said, meant) => {
    const { app } = await startApp({ env: { TRUST_PROXY: '10.0.0.1' } });
    const browser = openBrowser(app, {
      address: '10.0.0.1',
      origin: `${meant}://chat.example`,
      headers: { 'x-forwarded-proto': said },
    });
    const created = await browser.send('POST', '/api/sessions', { names: ['Ann', 'Bob'] });
    expect(created.json).toMatchObject({ linkBase: `${meant}://chat.example` });
    expect('strict-transport-security' in created.headers).toBe(meant === 'https');
    const { a } = invitationsOf(created.json);
    const entered = await enterAs(browser, a);
    expect(entered.setCookies.join().includes('Secure')).toBe(meant === 'https');
  });
});

describe('lanBase', () => {
  it.each([
    ['localhost:3000', 'http://192.168.1.5:3000'],
    ['127.0.0.1:3000', 'http://192.168.1.5:3000'],
    ['[::1]:3000', 'http://192.168.1.5:3000'],
    ['localhost', 'http://192.168.1.5'],
    ['192.168.1.5:3000', undefined],
    ['chat.example', undefined],
    ['localhost.example', undefined],
  ])('for the host %s is %s', async (host, expected) => {
    expect(await lanBaseFor(host)).toBe(expected);
  });

  it('is not given through forwarded ports, under PUBLIC_URL, or where nobody listens', async () => {
    expect(await lanBaseFor('localhost', { address: '172.17.0.1' })).toBeUndefined();
    const env = { PUBLIC_URL: 'https://chat.example' };
    expect(await lanBaseFor('localhost', { env })).toBeUndefined();
    for (const HOST of ['127.0.0.1', '::1', 'localhost']) {
      expect(await lanBaseFor('localhost', { env: { HOST } })).toBeUndefined();
    }
  });

  it('is not given without a network', async () => {
    vi.mocked(networkInterfaces).mockReturnValue({});
    expect(await lanBaseFor('localhost')).toBeUndefined();
  });
});
