/** What a process takes until it listens, and what a browser has to fetch for the first screen. */
import { setTimeout as sleep } from 'node:timers/promises';
import { bytesOf, type Figures } from './figures.ts';
import type { Start } from './systems.ts';

const SETTLED_MS = 1_000;

/** From spawning to the line that says where it listens; Redis is there already. */
export async function coldStart(start: Start): Promise<Figures> {
  const system = await start();
  const figures: Record<string, number> = {};
  if (system.ours) {
    await system.ours.down();
    const began = performance.now();
    await system.ours.up();
    figures['spawn to listening, s'] = (performance.now() - began) / 1000;
    await sleep(SETTLED_MS);
    figures['MB after the start'] = bytesOf(system) / 1e6 / system.server.length;
    Object.assign(figures, await pageWeight(system.ours.base));
  }
  await system.stop();
  return figures;
}

/** Of the start page and all that it names, as they travel. */
async function pageWeight(base: string): Promise<Figures> {
  const page = await weigh(`${base}/`);
  const paths = [...page.text.matchAll(/(?:src|href)="\.?\/?(assets\/[^"]+)"/g)].map(
    ([, path]) => path,
  );
  const assets = await Promise.all(paths.map((path) => weigh(`${base}/${path}`)));
  const bytes = assets.reduce((sum, asset) => sum + asset.bytes, page.bytes);
  return { 'start page, kB': bytes / 1000, 'start page, requests': assets.length + 1 };
}

async function weigh(url: string): Promise<{ bytes: number; text: string }> {
  const response = await fetch(url, { headers: { 'accept-encoding': 'gzip' } });
  const text = await response.text();
  return { bytes: Number(response.headers.get('content-length') ?? text.length), text };
}
