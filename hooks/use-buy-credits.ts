'use client'

import { useCallback, useState } from 'react'
import { useAppConfig } from './app-config.ts'
import type { CreditOrder } from './buy-credits-flow.ts'
import type { TransactionOutcome } from './transaction-state.ts'
import { useTransaction } from './use-transaction.ts'
import { errorText } from './wallet-error.ts'

/** Pays FLOW for credits: one run at a time, and how it ended is always an answer. */
export function useBuyCredits() {
  const config = useAppConfig()
  const { run, status } = useTransaction()
  const [busy, setBusy] = useState(false)
  const buy = useCallback(
    async (order: CreditOrder): Promise<TransactionOutcome> => {
      setBusy(true)
      try {
        const { draftBuyCredits } = await import('./buy-credits-flow.ts')
        return await run(draftBuyCredits(config, order))
      } catch (cause) {
        return { kind: 'failed', message: errorText(cause) }
      } finally {
        setBusy(false)
      }
    },
    [config, run],
  )
  return { buy, status, busy }
}
