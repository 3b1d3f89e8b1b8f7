'use client'

import { useCallback, useRef, useState } from 'react'
import { useAppConfig } from './app-config.ts'
import type { AppConfig } from './api-types.ts'
import { reviewKey } from './request-key.ts'
import type { TransactionDraft } from './run-transaction.ts'
import type { TransactionOutcome } from './transaction-state.ts'
import { useAnnounce } from './use-announce.ts'
import { useTransaction } from './use-transaction.ts'
import { errorText } from './wallet-error.ts'

/** Something that changes a vault, by what it does. */
interface Act<Kind extends string> {
  kind: Kind
  vaultId: string
  /** Loaded when it is needed: the contracts' transactions are large. */
  draft: (config: AppConfig) => Promise<TransactionDraft>
}

export interface Acts<Kind extends string> {
  /** Busy when another one runs. */
  perform: (act: Act<Kind>) => Promise<TransactionOutcome>
  /** What runs now. */
  running: Kind | null
  status: ReturnType<typeof useTransaction>['status']
  /** How the last one ended. */
  end: { kind: Kind; outcome: TransactionOutcome } | null
}

/** Changes vaults: one transaction at a time, and how it ended is always an answer. The key is judged anew at once. */
export function useActs<Kind extends string>(): Acts<Kind> {
  const config = useAppConfig()
  const { run, status } = useTransaction()
  const announce = useAnnounce()
  const [running, setRunning] = useState<Kind | null>(null)
  const [end, setEnd] = useState<Acts<Kind>['end']>(null)
  const busy = useRef(false)

  const perform = useCallback(
    async ({ kind, vaultId, draft }: Act<Kind>): Promise<TransactionOutcome> => {
      if (busy.current) return { kind: 'busy' }
      busy.current = true
      setRunning(kind)
      setEnd(null)
      const outcome = await draft(config)
        .then(run)
        .catch((cause: unknown): TransactionOutcome => ({ kind: 'failed', message: errorText(cause) }))
      // The oracle looks within seconds anyway; who may not ask for it, such as an approver, needs no answer.
      if (outcome.kind === 'final') await reviewKey(vaultId).catch(() => undefined)
      busy.current = false
      setRunning(null)
      setEnd({ kind, outcome })
      if (outcome.kind === 'final') announce('The transaction is final.')
      return outcome
    },
    [announce, config, run],
  )
  return { perform, running, status, end }
}
