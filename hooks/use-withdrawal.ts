'use client'

import { useCallback, useState } from 'react'
import { providerWithdrawAccrued } from '#lib/flow/cadence.generated.ts'
import { parseFlow } from '#lib/money/decimal.ts'
import { type Flow, flow } from '#lib/money/units.ts'
import { useAppConfig } from './app-config.ts'
import { useAnnounce } from './use-announce.ts'
import { type ChainEvent, eventFields } from './transaction-result.ts'
import { draftTransaction, useTransaction } from './use-transaction.ts'
import { errorText } from './wallet-error.ts'

export type WithdrawalOutcome =
  | { kind: 'withdrawn'; txId: string; amount: Flow }
  | { kind: 'declined' | 'busy' | 'open_elsewhere' }
  | { kind: 'failed' | 'expired'; message: string }

/** What the chain says was withdrawn, over all vaults of the transaction. */
function withdrawnIn(events: readonly ChainEvent[]): Flow {
  const amounts = eventFields(events, 'Withdrawn', 'amount')
  return flow(amounts.reduce((sum, amount) => sum + parseFlow(amount), 0n))
}

/** Withdraws what accrued from vaults, in one transaction, into the provider's account. */
export function useWithdrawal(provider: string) {
  const { addresses } = useAppConfig()
  const { run, status } = useTransaction()
  const announce = useAnnounce()
  const [busy, setBusy] = useState(false)
  const [outcome, setOutcome] = useState<WithdrawalOutcome | null>(null)

  const attempt = useCallback(
    async (vaultIds: bigint[], amount: string): Promise<WithdrawalOutcome> => {
      const about = { title: `Withdraw ${amount}`, address: provider, addresses }
      try {
        const result = await run(draftTransaction(providerWithdrawAccrued, { vaultIds }, about))
        if (result.kind !== 'final') return result
        return { kind: 'withdrawn', txId: result.txId, amount: withdrawnIn(result.events) }
      } catch (cause) {
        return { kind: 'failed', message: errorText(cause) }
      }
    },
    [addresses, provider, run],
  )

  const withdraw = useCallback(
    async (vaultIds: bigint[], amount: string): Promise<void> => {
      if (busy || vaultIds.length === 0) return
      setBusy(true)
      setOutcome(null)
      const ended = await attempt(vaultIds, amount)
      setOutcome(ended)
      setBusy(false)
      if (ended.kind === 'withdrawn') announce('The withdrawal is final.')
      if (ended.kind === 'failed') announce(ended.message, 'assertive')
    },
    [announce, attempt, busy],
  )
  return { withdraw, outcome, status, busy }
}
