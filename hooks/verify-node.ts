import { NODE_COOKIE } from '#lib/receipts/node-address.ts'
import type { Node } from '#lib/receipts/step.ts'

const TIMEOUT_MS = 15_000
const YEAR_SECONDS = 31_536_000

/** A Flow access node, asked by this browser itself. */
export function flowNode(address: string): Node {
  return {
    name: address,
    async ask(path, body) {
      const signal = AbortSignal.timeout(TIMEOUT_MS)
      const response = await fetch(
        `${address}/v1/${path}`,
        body === undefined
          ? { signal, cache: 'no-store' }
          : { signal, method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } },
      )
      return { status: response.status, body: (await response.json()) as unknown }
    },
  }
}

/** Remembers the visitor's own node, or forgets it; the page must be loaded anew to be allowed to ask it. */
export function rememberNode(address: string | null): void {
  const secure = location.protocol === 'https:' ? '; Secure' : ''
  const age = address === null ? 0 : YEAR_SECONDS
  document.cookie = `${NODE_COOKIE}=${encodeURIComponent(address ?? '')}; Path=/; Max-Age=${age}; SameSite=Strict${secure}`
}
