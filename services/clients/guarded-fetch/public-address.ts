import { BlockList, isIP, isIPv4 } from 'node:net'

/** IPv4 that is not somebody's public address: IANA's special-purpose registry, multicast and what is reserved. */
const RESERVED_V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
]

/**
 * Of IPv6 only global unicast is public, and there not what carries an IPv4 address or is set apart: 6to4, Teredo and
 * its neighbours, documentation. Mapped and translated IPv4 lies outside of 2000::/3, so it is refused as a whole.
 */
const RESERVED_V6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
]

function listOf(ranges: readonly (readonly [string, number])[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList()
  for (const [network, bits] of ranges) list.addSubnet(network, bits, family)
  return list
}

const reservedV4 = listOf(RESERVED_V4, 'ipv4')
const reservedV6 = listOf(RESERVED_V6, 'ipv6')
const globalV6 = listOf([['2000::', 3]], 'ipv6')
const loopbackV4 = listOf([['127.0.0.0', 8]], 'ipv4')
const loopbackV6 = listOf([['::1', 128]], 'ipv6')

/** Whether an address in numbers belongs to the public internet. What is no address does not. */
export function isPublicAddress(address: string): boolean {
  const bare = address.replace(/%.*$/, '')
  if (isIPv4(bare)) return !reservedV4.check(bare, 'ipv4')
  return isIP(bare) === 6 && globalV6.check(bare, 'ipv6') && !reservedV6.check(bare, 'ipv6')
}

/** Whether an address in numbers is this machine itself. */
export function isLoopbackAddress(address: string): boolean {
  if (isIPv4(address)) return loopbackV4.check(address, 'ipv4')
  return isIP(address) === 6 && loopbackV6.check(address, 'ipv6')
}
