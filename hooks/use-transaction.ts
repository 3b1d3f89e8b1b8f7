'use client'

import { useCallback, useEffect, useRef, useState } from 'react'
import { useAppConfig } from './app-config.ts'
import type { TransactionDraft } from './run-transaction.ts'
import type { TransactionOutcome, TransactionStatus } from './transaction-state.ts'

/** One tab and one run at a time: what is open under the same name can't be sent twice. */
async function withLock<T>(name: string, run: () => Promise<T>, busy: T): Promise<T> {
  if (!('locks' in navigator)) return run()
  return navigator.locks.request(`flareflow:${name}`, { ifAvailable: true }, (lock) => (lock ? run() : busy))
}

/** Sends a transaction through the wallet and follows it to its end. */
export function useTransaction() {
  const config = useAppConfig()
  const [status, setStatus] = useState<TransactionStatus | null>(null)
  const running = useRef(false)
  const stop = useRef<AbortController | null>(null)
  useEffect(() => () => stop.current?.abort(), [])

  const run = useCallback(
    async (draft: TransactionDraft): Promise<TransactionOutcome> => {
      if (running.current) return { kind: 'busy' }
      running.current = true
      const controller = new AbortController()
      stop.current = controller
      try {
        const { runTransaction } = await import('./run-transaction.ts')
        const options = { config, onStatus: setStatus, signal: controller.signal }
        const name = `${draft.address} ${draft.title}`
        return await withLock(name, () => runTransaction(draft, options), { kind: 'open_elsewhere' })
      } finally {
        running.current = false
      }
    },
    [config],
  )
  return { run, status, reset: useCallback(() => setStatus(null), []) }
}
