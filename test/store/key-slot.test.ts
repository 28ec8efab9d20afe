import { expect, test } from 'vitest';
import { slotOf } from '../../server/store/key-slot.ts';

// From the Redis Cluster specification, and as a Redis 7 answers CLUSTER KEYSLOT.
test.each([
  ['123456789', 0x31c3 % 16_384],
  ['', 0],
  ['{user1000}.following', 3443],
  ['user1000', 3443],
  ['foo{}{bar}', 8363],
  ['foo{{bar}}zap', 4015],
  ['foo{bar}{zap}', 5061],
  ['bar', 5061],
])('%s is in slot %i', (key, slot) => expect(slotOf(key)).toBe(slot));
