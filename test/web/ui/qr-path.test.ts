import jsQR from 'jsqr';
import { expect, it } from 'vitest';
import { QUIET_ZONE, qrPath } from '../../../web/ui/qr-path.ts';

const link = 'https://chat.example.org/c#2RHxAQyy_qNYSOrIFRT_EvejCHYmimR2';

/** Paints the bars of the path as a scanner would see them. */
function paint(d: string, size: number, scale: number): Uint8ClampedArray {
  const pixels = new Uint8ClampedArray((size * scale) ** 2 * 4).fill(255);
  for (const [, x, y, width] of d.matchAll(/M(\d+) (\d+)h(\d+)/g)) {
    for (let row = Number(y) * scale; row < (Number(y) + 1) * scale; row += 1) {
      const start = row * size * scale + Number(x) * scale;
      for (let pixel = start; pixel < start + Number(width) * scale; pixel += 1) {
        pixels.fill(0, pixel * 4, pixel * 4 + 3);
      }
    }
  }
  return pixels;
}

it('[32] decodes to the link, with four modules of quiet zone', () => {
  const { size, d } = qrPath(link);
  const scale = 4;
  expect(jsQR(paint(d, size, scale), size * scale, size * scale)?.data).toBe(link);
  const columns = [...d.matchAll(/M(\d+) (\d+)h(\d+)/g)];
  expect(Math.min(...columns.map(([, x]) => Number(x)))).toBe(QUIET_ZONE);
  expect(Math.max(...columns.map(([, x, , w]) => Number(x) + Number(w)))).toBe(size - QUIET_ZONE);
});
