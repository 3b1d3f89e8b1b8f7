import { parseFlow } from '#lib/money/decimal.ts'
import { showFlowExact } from '#lib/format/money.ts'
import { showTokensExact } from '#lib/format/tokens.ts'
import { TransactionId } from '#components/ui/identifier.client.tsx'
import { Time } from '#components/ui/time.client.tsx'
import type { SettlementView } from '#hooks/api-types.ts'

const WORDS = { planned: 'Planned', submitted: 'Sent', sealed: 'Final', failed: 'Failed, tried again' }
const REFUSED = 'Refused for good, not billed'

/** The last reading that was settled: when, how much, in which transaction; and what waits for the next. */
export function SettlementLine({ settlement, network }: { settlement: SettlementView; network: string }) {
  const { lastReading, unsettledTokens } = settlement
  const waiting = BigInt(unsettledTokens)
  return (
    <div className="text-xs text-text-2">
      {lastReading ? (
        <p className="flex flex-wrap items-center gap-x-2" data-settlement={lastReading.status}>
          <span>
            Reading {lastReading.sequence}: {lastReading.refusedForGood ? REFUSED : WORDS[lastReading.status]},{' '}
            <Time at={lastReading.at} />
          </span>
          {lastReading.flow ? <span>{showFlowExact(parseFlow(lastReading.flow))}</span> : null}
          {lastReading.txId ? <TransactionId value={lastReading.txId} network={network} /> : null}
        </p>
      ) : (
        <p>Nothing settled yet.</p>
      )}
      {waiting > 0n ? <p className="mt-1">{showTokensExact(waiting)} tokens wait for the next settlement.</p> : null}
    </div>
  )
}
