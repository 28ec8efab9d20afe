/**
 * A whole browser of somebody's own, with a profile on the disk that outlives it: it can be
 * closed, or killed as by a power button, and started again where it was.
 */
import { mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type LaunchOptions } from '@playwright/test';

export interface Profile {
  /** Where the browser keeps everything. */
  folder: string;
  start(): Promise<BrowserContext>;
  /** SIGKILL to the browser's main process; the others go with it. */
  kill(): Promise<void>;
  /** As a person closes it. */
  close(): Promise<void>;
  /** The browser too, if it runs. */
  remove(): Promise<void>;
}

export function createProfile(options: LaunchOptions): Profile {
  const folder = mkdtempSync(join(tmpdir(), 'duologue-profile-'));
  let running: BrowserContext | null = null;

  const close = async () => {
    await running?.close();
    running = null;
  };
  return {
    folder,
    async start() {
      running = await chromium.launchPersistentContext(folder, options);
      return running;
    },
    async kill() {
      if (running === null) throw new Error('no browser runs in this profile');
      const isGone = running.waitForEvent('close');
      // A link that Chromium makes, to say whose the profile is: <host>-<process id>
      const [, pid] = /-(\d+)$/.exec(readlinkSync(join(folder, 'SingletonLock'))) ?? [];
      process.kill(Number(pid), 'SIGKILL');
      await isGone;
      running = null;
    },
    close,
    async remove() {
      await close();
      // Processes of a killed browser may be writing their last.
      rmSync(folder, { recursive: true, maxRetries: 10 });
    },
  };
}
