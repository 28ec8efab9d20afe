/** A QR code on the whole screen, black on white whatever the theme, to be scanned, saved or printed. */
import { readyText } from '../catalogue/ready-catalogue.ts';
import type { QrPath } from '../qr-path.ts';
import { saveAsPng } from '../save-qr.ts';
import { Dialog } from './Dialog.tsx';
import { QrPicture } from './QrPicture.tsx';

interface QrFullProps {
  code: QrPath;
  label: string;
  onClose: () => void;
}

export function QrFull({ code, label, onClose }: QrFullProps) {
  return (
    <Dialog heading={label} class="qr-full" onClose={onClose}>
      <QrPicture code={code} label={label} />
      <div class="dialog-buttons">
        <button type="button" class="button" data-focus onClick={onClose}>
          {readyText.close}
        </button>
        <button type="button" class="button" onClick={() => void saveAsPng(code)}>
          {readyText.save}
        </button>
      </div>
    </Dialog>
  );
}
