'use client'

import { useCallback, useRef, useState } from 'react'
import { useAppConfig } from './app-config.ts'
import type { CreationOutcome, SubscriptionOrder } from './open-subscription.ts'
import { useTransaction } from './use-transaction.ts'
import { errorText } from './wallet-error.ts'

/** Opens a subscription: one run at a time, and how it ended is always an answer. */
export function useCreateSubscription() {
  const config = useAppConfig()
  const { run, status, reset } = useTransaction()
  const [busy, setBusy] = useState(false)
  const running = useRef(false)

  const create = useCallback(
    async (order: SubscriptionOrder): Promise<CreationOutcome> => {
      if (running.current) return { kind: 'busy' }
      running.current = true
      setBusy(true)
      try {
        const { openSubscription } = await import('./open-subscription.ts')
        return await openSubscription(config, order, run)
      } catch (cause) {
        return { kind: 'failed', message: errorText(cause) }
      } finally {
        running.current = false
        setBusy(false)
      }
    },
    [config, run],
  )
  return { create, status, busy, reset }
}
