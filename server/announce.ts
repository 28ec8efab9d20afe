/**
 * What a start prints for the person in front of it: where to open the page, on this machine and
 * on a phone.
 */
import QRCode from 'qrcode';
import { IN_MEMORY } from './concerns.ts';
import type { Config } from './config.ts';
import { lanAddress } from './plugins/base-url.ts';
import { redisPlace } from './store/redis-place.ts';

/** `port`: the one that was taken, where PORT is 0. */
export async function announce(config: Config, port: number, hasPage: boolean): Promise<string> {
  const lines = ['Duologue is running.'];
  const phone = config.publicUrl ? undefined : lanUrl(config, port);
  if (config.publicUrl) {
    lines.push(`  ${config.publicUrl.origin}${config.publicUrl.path}/`);
  } else {
    lines.push(`  On this machine:  ${localUrl(config, port)}`);
    if (phone !== undefined) lines.push(`  In your network:  ${phone}`);
  }
  if (!hasPage) lines.push('There is no built page: only the API is served. Build: npm run build');
  if (redisPlace(config) === null) {
    lines.push(IN_MEMORY);
  }
  if (phone !== undefined && process.stdout.isTTY) {
    lines.push('', await QRCode.toString(phone, { type: 'terminal', small: true }));
  }
  return lines.map((line) => `${line}\n`).join('');
}

function localUrl({ host }: Config, port: number): string {
  return `http://${isWildcard(host) ? 'localhost' : inUrl(host)}:${port}/`;
}

function lanUrl({ host }: Config, port: number): string | undefined {
  const address = isWildcard(host) ? lanAddress(host) : undefined;
  return address && `http://${address}:${port}/`;
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
