import type { GatewayRoute } from './define-gateway-route.ts'

/** Where the API stands on every server that serves it. */
export const GATEWAY_BASE = '/api/v1/llm'

export type Match =
  | { readonly kind: 'route'; readonly route: GatewayRoute; readonly params: Readonly<Record<string, string>> }
  /** There is something at the address, but it doesn't take the method. */
  | { readonly kind: 'other_method'; readonly allowed: readonly string[] }
  | { readonly kind: 'nothing' }

/** The parts of a path, or null when one is no text. */
function segmentsOf(path: string): string[] | null {
  try {
    return path.split('/').slice(1).map(decodeURIComponent)
  } catch {
    return null
  }
}

function paramsOf(pattern: string, segments: readonly string[]): Record<string, string> | null {
  const wanted = pattern.split('/').slice(1)
  if (wanted.length !== segments.length) return null
  const params: Record<string, string> = {}
  for (const [i, part] of wanted.entries()) {
    const given = segments[i] ?? ''
    const name = /^\{(\w+)\}$/.exec(part)?.[1]
    if (name === undefined ? part !== given : given === '') return null
    if (name !== undefined) params[name] = given
  }
  return params
}

/** Finds who answers a request. A path without variables goes before one with. */
export function matchRoute(routes: readonly GatewayRoute[], method: string, pathname: string): Match {
  const isHere = pathname.startsWith(`${GATEWAY_BASE}/`)
  const segments = isHere ? segmentsOf(pathname.slice(GATEWAY_BASE.length)) : null
  if (!segments) return { kind: 'nothing' }
  const found = routes
    .flatMap((route) => {
      const params = paramsOf(route.spec.path, segments)
      return params ? [{ route, params }] : []
    })
    .sort((a, b) => Object.keys(a.params).length - Object.keys(b.params).length)
  const exact = found.find(({ route }) => route.spec.method === method)
  if (exact) return { kind: 'route', ...exact }
  if (found.length === 0) return { kind: 'nothing' }
  return { kind: 'other_method', allowed: [...new Set(found.map(({ route }) => route.spec.method))] }
}
