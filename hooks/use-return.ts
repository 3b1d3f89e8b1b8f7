'use client'

import { useCallback, useState } from 'react'
import { useAppConfig } from './app-config.ts'
import type { ReturnAct, ReturnOrder } from './return-flow.ts'
import type { TransactionOutcome } from './transaction-state.ts'
import { useAnnounce } from './use-announce.ts'
import { useTransaction } from './use-transaction.ts'
import { errorText } from './wallet-error.ts'

export interface ReturnEnd {
  act: ReturnAct['kind']
  outcome: TransactionOutcome
}

/** Asks FLOW back, cancels that and takes it: one at a time, and how it ended is always an answer. */
export function useReturn() {
  const config = useAppConfig()
  const { run, status } = useTransaction()
  const announce = useAnnounce()
  const [busy, setBusy] = useState(false)
  const [end, setEnd] = useState<ReturnEnd | null>(null)

  const perform = useCallback(
    async (order: ReturnOrder): Promise<TransactionOutcome> => {
      if (busy) return { kind: 'busy' }
      setBusy(true)
      setEnd(null)
      const outcome = await import('./return-flow.ts')
        .then(({ draftReturn }) => run(draftReturn(config, order)))
        .catch((cause: unknown): TransactionOutcome => ({ kind: 'failed', message: errorText(cause) }))
      setEnd({ act: order.act.kind, outcome })
      setBusy(false)
      if (outcome.kind === 'final') announce('The transaction is final.')
      return outcome
    },
    [announce, busy, config, run],
  )
  return { perform, status, busy, end }
}
