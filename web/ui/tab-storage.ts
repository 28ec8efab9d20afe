/**
 * sessionStorage that never throws: what cannot be kept is simply not there after a reload.
 * Holds the Ready page's cards and the sealed draft, nothing else.
 */
export function readTab(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

export function writeTab(key: string, value: string | null): void {
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, value);
  } catch {
    // Forbidden or full.
  }
}
