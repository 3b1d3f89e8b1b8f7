import type { LeafFacts } from '#lib/metering/canonical-leaf.ts'
import { showTokensExact } from '#lib/format/tokens.ts'
import { periodLabel } from '#lib/period/period.ts'

/** What the receipt says of its request. */
export function RequestFacts({ request }: { request: LeafFacts }) {
  const { model, inputTokens, outputTokens, billableTokens, startedAt, vaultId, period, id } = request
  const rows = [
    ['Model', model],
    ['Tokens', `${showTokensExact(inputTokens)} in, ${showTokensExact(outputTokens)} out`],
    ['Billed', `${showTokensExact(billableTokens)} tokens`],
    ['Started', `${startedAt.toISOString().replace('T', ' ').slice(0, 19)} UTC`],
    ['Subscription', `${vaultId}, ${periodLabel(period)} (UTC)`],
    ['Request', id],
  ] as const
  return (
    <dl className="mt-4 grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-1 text-sm">
      {rows.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-text-2">{name}</dt>
          <dd className="wrap-anywhere">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
