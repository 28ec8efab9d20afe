// Reading QR codes from pictures: those of a screen as a scanner does it, one alone by another.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import jsQR from 'jsqr';
import type { Page } from '@playwright/test';

/** Every code in a picture, read by a program that knows nothing of ours. */
export async function scanAll(png: Buffer): Promise<string[]> {
  const scan = promisify(execFile)('zbarimg', [
    '--quiet',
    '--raw',
    '-S*.enable=0',
    '-Sqrcode.enable=1',
    '-',
  ]);
  scan.child.stdin?.end(png);
  const { stdout } = await scan;
  return stdout.trim().split('\n').toSorted();
}

/** A picture of one code, drawn by the browser and read by jsQR. */
export async function scanPicture(
  page: Page,
  picture: Buffer,
  type: string,
): Promise<string | undefined> {
  const SIDE_PX = 256;
  const blank = await page.context().newPage();
  // One number for each pixel is enough: all that is drawn is black or white.
  const reds = await blank.evaluate(
    async ([base64, type, side]) => {
      const image = new Image();
      image.src = `data:${type};base64,${base64}`;
      await image.decode();
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [side, side];
      const context = canvas.getContext('2d');
      context?.drawImage(image, 0, 0, side, side);
      const rgba = context?.getImageData(0, 0, side, side).data ?? [];
      return Array.from(rgba.filter((_, index) => index % 4 === 0));
    },
    [picture.toString('base64'), type, SIDE_PX] as const,
  );
  await blank.close();
  const rgba = Uint8ClampedArray.from(reds.flatMap((red) => [red, red, red, 255]));
  return jsQR(rgba, SIDE_PX, SIDE_PX)?.data;
}
