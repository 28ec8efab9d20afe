/** Which addresses a browser may make the server ask: those of push services, and no others. */
import { expect, it } from 'vitest';
import { parseConfig } from '../../server/config.ts';
import { isEndpoint } from '../../server/push/endpoint.ts';

const { pushHosts: USUAL } = parseConfig({});

it.each([
  'https://fcm.googleapis.com/fcm/send/dpH5lCsTSSM:APA91bHqjZxM0VImWWqDRN7U0a3AycjUf4O-byuxb_wJsKRaKvV_iKw56s16',
  'https://updates.push.services.mozilla.com/wpush/v2/gAAAAABkN0uK',
  'https://eu.push.services.mozilla.com/wpush/v2/gAAAAABkN0uK',
  'https://web.push.apple.com/QGuQyavXutnMH',
  'https://api.eu-1.push.apple.com/QGuQyavXutnMH',
  'https://wns2-par02p.notify.windows.com/w/?token=BQYAAAD%2fJ%2b%3d',
])('takes %s', (endpoint) => {
  expect(isEndpoint(endpoint, USUAL)).toBe(true);
});

it.each([
  // Elsewhere, and what only looks like it.
  'https://example.org/push',
  'https://fcm.googleapis.com.evil.example/x',
  'https://evilfcm.googleapis.com/x',
  'https://x.fcm.googleapis.com/x',
  'https://googleapis.com/x',
  'https://push.apple.com/x',
  'https://evilpush.apple.com/x',
  'https://.push.apple.com/x',
  'https://-a..push.apple.com/x',
  'https://fcm.googleapis.com./x',
  // The machine itself, its network, and where clouds keep their secrets.
  'https://localhost/x',
  'https://127.0.0.1/x',
  'https://127.1/x',
  'https://2130706433/x',
  'https://0x7f000001/x',
  'https://0177.0.0.1/x',
  'https://0/x',
  'https://[::1]/x',
  'https://[::ffff:127.0.0.1]/x',
  'https://10.0.0.1/x',
  'https://169.254.169.254/latest/meta-data/',
  'https://metadata.google.internal/x',
  'https://redis:6379/x',
  // Other ports, schemes and people.
  'https://fcm.googleapis.com:444/x',
  'https://fcm.googleapis.com:22/x',
  'https://fcm.googleapis.com:443/x',
  'http://fcm.googleapis.com/x',
  'ftp://fcm.googleapis.com/x',
  'file:///etc/passwd',
  'gopher://fcm.googleapis.com/x',
  'javascript:alert(1)',
  'data:text/plain,x',
  'https://user@fcm.googleapis.com/x',
  'https://user:word@fcm.googleapis.com/x',
  'https://:word@fcm.googleapis.com/x',
  'https://fcm.googleapis.com@evil.example/x',
  'https://fcm.googleapis.com%40evil.example/x',
  'https://evil.example#@fcm.googleapis.com/x',
  'https://evil.example?@fcm.googleapis.com/x',
  'https://evil.example\\@fcm.googleapis.com/x',
  // What two readers might read in two ways.
  'https:fcm.googleapis.com/x',
  'https:/fcm.googleapis.com/x',
  'https:\\\\fcm.googleapis.com\\x',
  'https:///fcm.googleapis.com/x',
  'HTTPS://fcm.googleapis.com/x',
  'https://FCM.googleapis.com/x',
  'https://ｆcm.googleapis.com/x',
  'https://fcm。googleapis.com/x',
  'https://fcm.googleapis.com',
  'https://fcm.googleapis.com/x#y',
  'https://fcm.googleapis.com/x#',
  'https://fcm.googleapis.com/a/../b',
  'https://fcm.googleapis.com/a b',
  'https://fcm.googleapis.com/x\r\nx-header: y',
  'https://fcm.googleapis.com/x\n',
  '\thttps://fcm.googleapis.com/x',
  ' https://fcm.googleapis.com/x',
  'https://fcm.goo\tgleapis.com/x',
  'https://fcm.googleapis.com/\u0000',
  'https://fcm.googleapis.com/ü',
  '//fcm.googleapis.com/x',
  '/x',
  'x',
  '',
  `https://fcm.googleapis.com/${'x'.repeat(2_100)}`,
])('refuses %j', (endpoint) => {
  expect(isEndpoint(endpoint, USUAL)).toBe(false);
});

it('takes a port only where it was named', () => {
  const { pushHosts } = parseConfig({ PUSH_HOSTS: 'push.lan:8443,*.wide.lan:8443' });
  expect(isEndpoint('https://push.lan:8443/x', pushHosts)).toBe(true);
  expect(isEndpoint('https://one.wide.lan:8443/x', pushHosts)).toBe(true);
  for (const elsewhere of ['push.lan', 'push.lan:8444', 'one.wide.lan', 'wide.lan:8443']) {
    expect(isEndpoint(`https://${elsewhere}/x`, pushHosts)).toBe(false);
  }
});
