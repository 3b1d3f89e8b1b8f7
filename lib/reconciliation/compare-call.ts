import type { CallStatus } from '../metering/usage-event.ts'
import type { Difference } from './difference.ts'

/** What both sides say of a call. Counts are null where none was told. */
export interface CallFacts {
  readonly status: CallStatus
  readonly cacheHit: boolean
  readonly model: string
  readonly inputTokens: bigint | null
  readonly outputTokens: bigint | null
  readonly billableTokens: bigint
  /** LiteLLM's cost in 1e-12 USD. */
  readonly litellmCost: bigint | null
}

const isFree = ({ status, cacheHit }: CallFacts): boolean => status !== 'success' || cacheHit

/** What is compared of a call. A free one may name no model that exists, and its tokens bill nothing. */
function comparedFields(call: CallFacts): Record<string, string> {
  const outcome = { outcome: call.status === 'success' && call.cacheHit ? 'from cache' : call.status }
  const billed = { billed: call.billableTokens.toString() }
  if (isFree(call)) return { ...outcome, ...billed }
  const counts = { in: String(call.inputTokens ?? 'none'), out: String(call.outputTokens ?? 'none') }
  return { ...outcome, model: call.model, ...counts, ...billed }
}

const costOf = ({ litellmCost }: CallFacts): bigint => litellmCost ?? 0n

/** A cost in 1e-12 USD as decimal text. */
export function showCost(cost: bigint): string {
  const size = cost < 0n ? -cost : cost
  return `${cost < 0n ? '-' : ''}${size / 10n ** 12n}.${(size % 10n ** 12n).toString().padStart(12, '0')}`
}

/** How our event of a call differs from LiteLLM's row of it; null when it doesn't. */
export function compareCall(id: string, ours: CallFacts, theirs: CallFacts): Difference | null {
  const [here, there] = [comparedFields(ours), comparedFields(theirs)]
  const differing = Object.keys({ ...here, ...there }).filter((name) => here[name] !== there[name])
  if (differing.length > 0) {
    const sides = differing.map((name) => `${name}: ${here[name] ?? 'none'} here, ${there[name] ?? 'none'} in LiteLLM`)
    return { kind: 'counts_differ', id, detail: sides.join('; '), explanation: null }
  }
  if (costOf(ours) === costOf(theirs)) return null
  const detail = `cost: ${showCost(costOf(ours))} USD here, ${showCost(costOf(theirs))} in LiteLLM`
  return { kind: 'cost_differs', id, detail, explanation: null }
}
