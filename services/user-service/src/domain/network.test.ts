import fc from 'fast-check';
import { expect, it } from 'vitest';
import { networkOf } from './network.ts';

it.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['', ''],
])('the network of %j is %j', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

it('does not depend on the last 64 bits, nor on how they are written', () => {
  const group = fc.integer({ min: 1, max: 0xffff }).map((value) => value.toString(16));
  const half = fc.array(group, { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(half, half, (left, right) => {
      const network = networkOf([...left, ...right].join(':'));
      expect(networkOf(`${left.join(':')}::1`.toUpperCase())).toBe(network);
      expect(network).toBe(`${left.join(':')}::/64`);
    }),
  );
});

it('throws for nothing', () => {
  fc.assert(fc.property(fc.string(), (text) => typeof networkOf(text) === 'string'));
});
