/**
 * Every number that both sides must agree on. What an operator may tune is in
 * server/config.ts; what is here is part of the protocol and changes only with it.
 */

export const PROTOCOL_VERSION = 1;

export const SID_BYTES = 8;
export const LINK_SECRET_BYTES = 16;
export const CID_BYTES = 16;
/** Keys, proofs and hashes. */
export const KEY_BYTES = 32;
/** A sum is this many characters of the base64url alphabet, not encoded bytes. */
export const SUM_LENGTH = 11;

/** A box is nonce ‖ ciphertext ‖ tag; this is what it adds to the padded plaintext. */
export const BOX_OVERHEAD_BYTES = 24 + 16;
export const KEY_BOX_BYTES = KEY_BYTES + BOX_OVERHEAD_BYTES;
export const NAME_PADDED_BYTES = 256;
export const NAME_BOX_BYTES = NAME_PADDED_BYTES + BOX_OVERHEAD_BYTES;
/** A file may be empty: its padding is not. */
export const FILE_BOX_MIN_BYTES = 1 + BOX_OVERHEAD_BYTES;
/** Padded plaintext of a message or control entry: this times a power of two … */
export const MESSAGE_PAD_BYTES = 256;
/** … up to this, whatever MAX_MESSAGE_BYTES says. */
export const MAX_MESSAGE_PADDED_BYTES = 16 * 1024;

/** What a message may say of its file: width and height of a picture, length of a voice message. */
export const MAX_PICTURE_PIXELS = 32_767;
export const MAX_VOICE_MS = 60 * 60 * 1_000;

export const NAME_MAX_CODE_POINTS = 40;
export const NAME_MAX_BYTES = 160;
export const CODE_LENGTH = 8;
export const MAX_UNSEND_CIDS = 100;

/** A page of `entries` holds at most this many entries and about this many bytes of JSON. */
export const PAGE_ENTRIES = 100;
export const PAGE_BYTES = 64 * 1024;

export const MAX_FRAME_BYTES = 24 * 1024;
export const HELLO_TIMEOUT_MS = 5_000;
/** Silence after which either side asks for a sign of life, and how long it waits for one. */
export const PING_AFTER_MS = 20_000;
export const PONG_WITHIN_MS = 10_000;
/** Frames other than `send`, per connection. */
export const OTHER_FRAMES_PER_SECOND = 20;
export const OTHER_FRAMES_BURST = 40;

export const LEASE_MS = 30_000;
export const LEASE_RENEW_MS = 10_000;
export const MAX_CONNECTIONS_PER_PARTICIPANT = 4;
export const MAX_PASSES_PER_PARTICIPANT = 10;
export const MAX_ENDPOINTS_PER_PARTICIPANT = 5;
export const MAX_ENDPOINT_LENGTH = 2_048;
/** A participant who comes and goes is told through push services no more often than this. */
export const PUSH_PAUSE_MS = 60_000;

/** Two minutes before the end people are warned; in a short chat, at half of its idle time. */
export const EXPIRY_WARNING_MS = 120_000;
