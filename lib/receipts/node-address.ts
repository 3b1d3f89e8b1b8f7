const LOOPBACK = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/
const MOST_CHARS = 200

/**
 * The REST address of a Flow access node in the one form that it is kept in, or null when it is none: https, or http
 * to this machine alone, without name, password, query or fragment.
 */
export function parseNodeAddress(text: string): string | null {
  const given = text.trim()
  if (given.length === 0 || given.length > MOST_CHARS || !URL.canParse(given)) return null
  const { protocol, hostname, username, password, search, hash, origin, pathname } = new URL(given)
  const isSafe = protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname))
  if (!isSafe || username || password || search || hash) return null
  return origin + pathname.replace(/\/+$/, '')
}

/** Keeps the node that a visitor chose: the page's policy has to name it before the page may ask it. */
export const NODE_COOKIE = 'flareflow_node'
