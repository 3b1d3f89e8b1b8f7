import { parseUsd } from '#lib/money/decimal.ts'
import { showTokens, showTokensExact } from '#lib/format/tokens.ts'
import { FlowAmount, InUsd, UsdAmount } from '#components/ui/amount.client.tsx'
import { Figure, Figures } from '#components/ui/figure.tsx'
import type { VaultView } from '#hooks/api-types.ts'
import { figuresOf } from './vault-figures.ts'

function settles(view: VaultView, intervalMs: number): string {
  if (view.settlement.unsettledTokens === '0') return 'settled'
  return intervalMs < 1000 ? 'settles at once' : `settles within ${Math.ceil(intervalMs / 1000)} s`
}

interface VaultStripProps {
  view: VaultView
  settleIntervalMs: number
  /** In a tile. */
  compact?: boolean
}

/** Left, This period, Owed, and a credit if there is one: the same strip on the tile and on the vault's page. */
export function VaultStrip({ view, settleIntervalMs, compact = false }: VaultStripProps) {
  const { balance, left, owed, credit } = figuresOf(view.vault)
  const { usage } = view
  const tokens = BigInt(usage.tokens)
  return (
    <Figures compact={compact}>
      <Figure
        id="left"
        label="Left"
        value={<FlowAmount amount={left} kind="left" />}
        note={
          <>
            <InUsd amount={left} kind="left" />,{' '}
            <span className="whitespace-nowrap">
              balance <FlowAmount amount={balance} kind="left" />
            </span>
          </>
        }
      />
      <Figure
        id="period"
        label="This period"
        value={<UsdAmount amount={parseUsd(usage.priceUsd)} />}
        note={
          <>
            <span className="whitespace-nowrap">
              <span data-figure="tokens" title={`${showTokensExact(tokens)} tokens`}>
                {showTokens(tokens)}
              </span>{' '}
              tokens,
            </span>{' '}
            <span className="whitespace-nowrap">
              <span data-figure="requests">{usage.requests}</span> {usage.requests === '1' ? 'request' : 'requests'}
            </span>
          </>
        }
      />
      <Figure
        id="owed"
        label="Owed, not yet paid"
        value={<FlowAmount amount={owed} kind="owed" />}
        note={
          <>
            <InUsd amount={owed} kind="owed" />,{' '}
            <span className="whitespace-nowrap">{settles(view, settleIntervalMs)}</span>
          </>
        }
      />
      {credit > 0n ? (
        <Figure id="credit" label="Credit" value={<UsdAmount amount={credit} />} note="pays usage before FLOW does" />
      ) : null}
    </Figures>
  )
}
