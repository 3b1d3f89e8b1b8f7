const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/

/** The eight groups of an IPv6 address, or null. */
function groupsOf(address: string): string[] | null {
  const host = `http://[${address}]/`
  if (!address.includes(':') || !URL.canParse(host)) return null
  const [head = '', tail] = new URL(host).hostname.slice(1, -1).split('::')
  const left = head.split(':').filter(Boolean)
  const right = (tail ?? '').split(':').filter(Boolean)
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length
  return [...left, ...Array<string>(zeros).fill('0'), ...right]
}

/**
 * Who counts as one visitor: an IPv4 address, or the /64 that a household or a rented machine gets of IPv6. Null for
 * what is no address.
 */
export function networkGroup(address: string): string | null {
  const plain = address.trim().split('%')[0] ?? ''
  const v4 = IPV4.exec(plain)
  if (v4) return v4.slice(1).every((part) => Number.parseInt(part, 10) < 256) ? plain : null
  const groups = groupsOf(plain)
  if (groups === null) return null
  const mapped = groups.slice(0, 5).every((group) => group === '0') && groups[5] === 'ffff'
  if (!mapped) return `${groups.slice(0, 4).join(':')}::/64`
  return groups
    .slice(6)
    .map((group) => Number.parseInt(group, 16))
    .flatMap((word) => [word >> 8, word & 255])
    .join('.')
}
