/** Addresses become hashes of networks. */
import { describe, expect, it } from 'vitest';
import { createAddressHashes, neighbourhoodOf, networkOf } from '../../server/sessions/address.ts';

describe('the network of an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0DB8:0001:0002::', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['::1', '0:0:0:0'],
    ['1::', '1:0:0:0'],
    ['::1:2:3:4:5:6:7', '0:1:2:3'],
    ['not an address', 'not an address'],
    // What a request says whose connection was reset meanwhile, whatever its type promises.
    [undefined, ''],
  ])('%s is of %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe('the neighbourhood of an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.*'],
    ['::ffff:192.0.2.200', '192.0.2.*'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:*'],
    ['2001:db8:1:ffff::', '2001:db8:1:*'],
    ['not an address', 'not an address'],
    [undefined, ''],
  ])('%s is in %s', (address, neighbourhood) => {
    expect(neighbourhoodOf(address)).toBe(neighbourhood);
  });

  it('is hashed too', () => {
    const { callerAt, hashAddress } = createAddressHashes('a'.repeat(32));
    const [one, other] = [callerAt('192.0.2.1'), callerAt('192.0.2.2')];
    expect(one.address).toBe(hashAddress('192.0.2.1'));
    expect(one.neighbourhood).toMatch(/^[\w-]{22}$/);
    expect(one.neighbourhood).toBe(other.neighbourhood);
    expect(one.neighbourhood).not.toBe(callerAt('192.0.3.1').neighbourhood);
  });
});

it('is hashed with the secret, so that a list of addresses does not find it', () => {
  const [one, other] = ['a', 'b'].map((one) => createAddressHashes(one.repeat(32)).hashAddress);
  if (!one || !other) throw new Error('there are two');
  expect(one('192.0.2.1')).toMatch(/^[\w-]{22}$/);
  expect(one('192.0.2.1')).toBe(one('::ffff:192.0.2.1'));
  expect(one('192.0.2.1')).not.toBe(one('192.0.2.2'));
  expect(one('192.0.2.1')).not.toBe(other('192.0.2.1'));
});
