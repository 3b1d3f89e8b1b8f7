import type { FlowNetwork } from '#lib/flow/addresses.ts'
import type { NodeAnswer } from '#lib/receipts/ask-node.ts'
import type { Node } from '#lib/receipts/step.ts'
import { PUBLIC_NODE } from '#services/platform/settings.ts'

const TIMEOUT_MS = 15_000
const EMULATOR = 'http://127.0.0.1:8888'

/** An access node that anybody may ask. */
export const publicNode = (network: FlowNetwork): string => (network === 'emulator' ? EMULATOR : PUBLIC_NODE[network])

/** The Flow access node at a REST address. */
export function flowNodeAt(url: string): Node {
  const root = url.replace(/\/+$/, '')
  return { name: root, ask: (path, body) => exchange(`${root}/v1/${path}`, body) }
}

async function exchange(url: string, body: unknown): Promise<NodeAnswer> {
  const question = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { ...question, headers, signal: AbortSignal.timeout(TIMEOUT_MS) })
  const text = await response.text()
  try {
    return { status: response.status, body: JSON.parse(text) }
  } catch (cause) {
    throw new Error(`it answered ${response.status} and no JSON`, { cause })
  }
}
