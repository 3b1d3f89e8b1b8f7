'use client'

import { useCallback, useState } from 'react'
import { useAppConfig } from './app-config.ts'
import { useAnnounce } from './use-announce.ts'
import { useTransaction } from './use-transaction.ts'
import { errorText } from './wallet-error.ts'
import type { WithdrawalOrder, WithdrawalOutcome } from './withdraw-accrued.ts'

/** Withdraws: one run at a time, and how it ended is always an answer. */
export function useWithdrawal() {
  const config = useAppConfig()
  const { run, status } = useTransaction()
  const announce = useAnnounce()
  const [busy, setBusy] = useState(false)
  const [outcome, setOutcome] = useState<WithdrawalOutcome | null>(null)

  const withdraw = useCallback(
    async (order: WithdrawalOrder): Promise<void> => {
      if (busy || order.vaultIds.length === 0) return
      setBusy(true)
      setOutcome(null)
      const ended = await import('./withdraw-accrued.ts')
        .then(({ withdrawAccrued }) => withdrawAccrued(config, order, run))
        .catch((cause: unknown): WithdrawalOutcome => ({ kind: 'failed', message: errorText(cause) }))
      setOutcome(ended)
      setBusy(false)
      if (ended.kind === 'withdrawn') announce('The withdrawal is final.')
      if (ended.kind === 'failed') announce(ended.message, 'assertive')
    },
    [announce, busy, config, run],
  )
  return { withdraw, outcome, status, busy }
}
