import { priceTokens } from '#lib/credits/price-request.ts'
import { formatUsd } from '#lib/money/decimal.ts'
import type { Call, Outcome } from './call.ts'

/** What of LiteLLM's headers leaves: the others tell its costs, its margin and where its models stand. */
const PASSED = ['content-type', 'retry-after']

type Given = Readonly<Record<string, string | string[] | undefined>>

/** What is known before the first byte. */
export function headersFor(call: Call, given: Given): Headers {
  const { plan, requestId } = call
  const headers = new Headers({ 'x-request-id': requestId, 'x-flareflow-receipt': `/api/receipts/${requestId}` })
  for (const name of PASSED) {
    const value = given[name]
    if (typeof value === 'string') headers.set(name, value)
  }
  headers.set('server-timing', `model;dur=${call.modelMs.toFixed(2)}`)
  if (plan.terms) {
    headers.set('x-flareflow-power', plan.power)
    headers.set('x-flareflow-held-usd', formatUsd(priceTokens(plan.terms, plan.worst.tokens)))
  }
  if (plan.ignored.length > 0) headers.set('x-flareflow-ignored-fields', headerText(plan.ignored.join(', ')))
  if (plan.clampedTo !== null) headers.set('x-clamped-max-tokens', String(plan.clampedTo))
  return headers
}

/** Names that a caller made up, as a header can carry them. */
const headerText = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 1_000)

export function addOutcome(headers: Headers, { costUsd, source }: Outcome): void {
  if (costUsd !== null) headers.set('x-flareflow-cost-usd', formatUsd(costUsd))
  if (source !== null) headers.set('x-flareflow-usage-source', source)
}

/** The same in a stream, whose headers have left before it is known. */
export const outcomeField = ({ requestId }: Call, { costUsd, source }: Outcome) => ({
  cost_usd: costUsd === null ? null : formatUsd(costUsd),
  receipt: `/api/receipts/${requestId}`,
  usage_source: source,
})
