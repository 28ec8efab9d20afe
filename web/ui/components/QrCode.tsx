/** A link as a QR code, drawn as one path. Its room is kept while the generator loads. */
import { useEffect, useState } from 'preact/hooks';
import type { QrPath } from '../qr-path.ts';

export function QrCode({ value, label }: { value: string; label: string }) {
  const [code, setCode] = useState<QrPath | null>(null);
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
      {code && (
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- drawn here, not loaded
        <svg role="img" aria-label={label} viewBox={`0 0 ${code.size} ${code.size}`}>
          <rect class="qr-ground" width={code.size} height={code.size} />
          <path d={code.d} fill="currentColor" shape-rendering="crispEdges" />
        </svg>
      )}
    </div>
  );
}
