/**
 * Where a request came from, as the nearest of the operator's own proxies saw it. Null when nobody can say: what
 * stands further left in the header anybody could have written.
 */
export function clientAddress(request: Request, trustedProxies: number): string | null {
  if (trustedProxies === 0) return null
  const seen = (request.headers.get('x-forwarded-for') ?? '').split(',').map((part) => part.trim())
  return seen.at(-trustedProxies) || null
}
