/** Saves a QR code as a picture, through the browser's own download. */
import type { QrPath } from './qr-path.ts';

/** Large enough to be printed, and whole: no module is blurred. */
const MODULE_PIXELS = 16;
/** Nothing in a name of a file tells of a chat. */
const NAME = 'link.png';

export async function saveAsPng({ size, d }: QrPath): Promise<void> {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size * MODULE_PIXELS;
  const drawing = canvas.getContext('2d');
  if (!drawing) return;
  drawing.fillStyle = '#fff';
  drawing.fillRect(0, 0, canvas.width, canvas.height);
  drawing.scale(MODULE_PIXELS, MODULE_PIXELS);
  drawing.fillStyle = '#000';
  // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- a canvas, no array
  drawing.fill(new Path2D(d));
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) return;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = NAME;
  link.click();
  // The download has its own hold of it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
