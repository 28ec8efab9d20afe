/** The headers that go with every answer, whatever it is: what tests hold answers against. */

/** `socketOrigin`: where sockets may go, like ws://chat.example; null if the Host says nothing. */
export function csp(socketOrigin: string | null): string {
  return (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; " +
    "media-src 'self' blob:; font-src 'self'; " +
    `connect-src 'self'${socketOrigin === null ? '' : ` ${socketOrigin}`}; ` +
    "manifest-src 'self'; worker-src 'self'; base-uri 'none'; object-src 'none'; " +
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; " +
    'trusted-types duologue'
  );
}

/** Besides the policy above, and permissions-policy. */
export const FIXED_HEADERS = {
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-robots-tag': 'noindex, nofollow, noarchive',
};

/** Of assets, whose names change with their bytes; all else has NOT_KEPT. */
export const IMMUTABLE = 'public, max-age=31536000, immutable';
export const NOT_KEPT = 'no-store';
