'use client'

import { useCallback, useState } from 'react'
import { useAppConfig } from './app-config.ts'
import type { DepositOrder } from './deposit-flow.ts'
import type { TransactionOutcome } from './transaction-state.ts'
import { useTransaction } from './use-transaction.ts'
import { errorText } from './wallet-error.ts'

/** Deposits: one run at a time, and how it ended is always an answer. */
export function useDeposit() {
  const config = useAppConfig()
  const { run, status } = useTransaction()
  const [busy, setBusy] = useState(false)

  const deposit = useCallback(
    async (order: DepositOrder): Promise<TransactionOutcome> => {
      if (busy) return { kind: 'busy' }
      setBusy(true)
      const ended = await import('./deposit-flow.ts')
        .then(({ depositFlow }) => depositFlow(config, order, run))
        .catch((cause: unknown): TransactionOutcome => ({ kind: 'failed', message: errorText(cause) }))
      setBusy(false)
      return ended
    },
    [busy, config, run],
  )
  return { deposit, status, busy }
}
