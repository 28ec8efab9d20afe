/** Pictures and files to send, made here: a JPEG says where it was taken, as a camera does. */
import type { Page } from '@playwright/test';

export interface SentFile {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

/** What no picture that was sent may hold. */
export const PLACE = 'N 47 22 40 E 8 32 30';

/** `width` and `height` as it is stored; turned by a quarter when it is shown. */
export async function photo(page: Page, width = 60, height = 40): Promise<SentFile> {
  const plain = await drawn(page, 'image/jpeg', width, height);
  const segment = Buffer.concat([Buffer.from('Exif\0\0'), exif(6), Buffer.from(PLACE)]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(segment.length + 2);
  const buffer = Buffer.concat([
    plain.subarray(0, 2),
    ...[Buffer.from([0xff, 0xe1]), length, segment],
    plain.subarray(2),
  ]);
  return { name: 'IMG_0001.jpg', mimeType: 'image/jpeg', buffer };
}

export async function png(page: Page, width = 30, height = 20): Promise<SentFile> {
  const buffer = await drawn(page, 'image/png', width, height);
  return { name: 'drawing.png', mimeType: 'image/png', buffer };
}

async function drawn(page: Page, type: string, width: number, height: number): Promise<Buffer> {
  const bytes = await page.evaluate(
    async ([type, width, height]) => {
      const canvas = Object.assign(document.createElement('canvas'), { width, height });
      const context = canvas.getContext('2d')!;
      context.fillStyle = 'rgb(200 30 60)';
      context.fillRect(0, 0, width, height);
      context.fillStyle = 'rgb(20 120 200)';
      context.fillRect(0, 0, width / 2, height / 2);
      const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type));
      return [...new Uint8Array(await blob!.arrayBuffer())];
    },
    [type, width, height] as const,
  );
  return Buffer.from(bytes);
}

/** A TIFF header with one entry: how the picture is to be turned. */
function exif(orientation: number): Buffer {
  return Buffer.from([
    ...[0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0],
    ...[0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0],
  ]);
}

/** As if it was chosen; made in the page, since it is a lot to hand over. */
export async function attachLarge(page: Page, name: string, type: string): Promise<void> {
  await page.locator('input[type=file]').evaluate(
    (input: HTMLInputElement, [name, type]) => {
      const chosen = new DataTransfer();
      chosen.items.add(new File([new Uint8Array(14 * 1024 * 1024)], name, { type }));
      input.files = chosen.files;
      input.dispatchEvent(new Event('change'));
    },
    [name, type] as const,
  );
}

/** As from the clipboard: at the field of the composer. */
export async function paste(page: Page, { name, mimeType, buffer }: SentFile): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).evaluate(
    (field, [name, type, bytes]) => {
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File([new Uint8Array(bytes)], name, { type }));
      const options = { clipboardData, bubbles: true, cancelable: true };
      field.dispatchEvent(new ClipboardEvent('paste', options));
    },
    [name, mimeType, [...buffer]] as const,
  );
}

/** What a press on this control saves, and under which name. */
export async function saved(page: Page, control: string): Promise<{ name: string; bytes: Buffer }> {
  const begun = page.waitForEvent('download');
  await page
    .getByRole('button', { name: control })
    .or(page.getByRole('link', { name: control }))
    .click();
  const download = await begun;
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer); // as: of a file
  return { name: download.suggestedFilename(), bytes: Buffer.concat(chunks) };
}
