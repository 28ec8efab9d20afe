/**
 * Set up before all tests: how long they wait for what comes by itself. A machine that others use
 * too can stand still for seconds; what must be quick is measured elsewhere.
 */
import { vi } from 'vitest';

const PATIENCE_MS = 10_000;

const { waitFor } = vi;
vi.waitFor = (check, options) => {
  const chosen = typeof options === 'number' ? { timeout: options } : options;
  return waitFor(check, { timeout: PATIENCE_MS, ...chosen });
};
