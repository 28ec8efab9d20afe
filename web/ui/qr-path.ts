/**
 * A QR code as one SVG path, error correction M, with the quiet zone of 4 modules that scanners
 * need. Loaded only when a code is shown: the generator is the largest thing on the page.
 */
import { create } from 'qrcode';

export const QUIET_ZONE = 4;

export interface QrPath {
  /** Modules on a side, quiet zone included: the viewBox. */
  size: number;
  /** One horizontal bar for every run of dark modules. */
  d: string;
}

export function qrPath(value: string): QrPath {
  const { modules } = create(value, { errorCorrectionLevel: 'M' });
  const bars: string[] = [];
  for (let y = 0; y < modules.size; y += 1) {
    for (let x = 0; x < modules.size; x += 1) {
      const start = x;
      while (x < modules.size && modules.get(y, x) !== 0) x += 1;
      if (x > start)
        bars.push(`M${start + QUIET_ZONE} ${y + QUIET_ZONE}h${x - start}v1H${start + QUIET_ZONE}z`);
    }
  }
  return { size: modules.size + 2 * QUIET_ZONE, d: bars.join('') };
}
