/** A link as a QR code, drawn as one path. Its room is kept while the generator loads. */
import { useEffect, useState } from 'preact/hooks';
import { readyText } from '../catalogue/ready-catalogue.ts';
import type { QrPath } from '../qr-path.ts';
import { QrFull } from './QrFull.tsx';
import { QrPicture } from './QrPicture.tsx';

export function QrCode({ value, label }: { value: string; label: string }) {
  const [code, setCode] = useState<QrPath | null>(null);
  const [isFull, setFull] = useState(false);
  useEffect(() => {
    let isCurrent = true;
    import('../qr-path.ts').then(
      ({ qrPath }) => isCurrent && setCode(qrPath(value)),
      // Not loaded: the link itself is there to copy.
      () => {},
    );
    return () => void (isCurrent = false);
  }, [value]);
  return (
    <div class="qr">
      {code && <QrPicture code={code} label={label} />}
      {code && (
        <button
          type="button"
          class="qr-open"
          aria-label={readyText.enlarge(label)}
          onClick={() => setFull(true)}
        />
      )}
      {code && isFull && <QrFull {...{ code, label }} onClose={() => setFull(false)} />}
    </div>
  );
}
