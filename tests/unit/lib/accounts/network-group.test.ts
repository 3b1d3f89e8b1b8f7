import { expect, test } from 'vitest'
import { networkGroup } from '#lib/accounts/network-group.ts'

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['::ffff:cb00:7107', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('%s counts as %s', (address, group) => {
  expect(networkGroup(address)).toBe(group)
})

test.each(['', 'unknown', '256.1.1.1', '1.2.3', 'example.org', '2001:db8', ':::', '[::1]', '1.2.3.4, 5.6.7.8'])(
  '%j is no address',
  (address) => {
    expect(networkGroup(address)).toBeNull()
  },
)
