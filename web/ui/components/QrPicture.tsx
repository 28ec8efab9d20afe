/** A QR code, drawn: black on white, whatever the theme. */
import type { QrPath } from '../qr-path.ts';

export function QrPicture({ code: { size, d }, label }: { code: QrPath; label: string }) {
  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- drawn here, not loaded
    <svg role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`}>
      <rect class="qr-ground" width={size} height={size} />
      <path d={d} fill="currentColor" shape-rendering="crispEdges" />
    </svg>
  );
}
