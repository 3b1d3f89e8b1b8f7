'use client'

import { useEffect } from 'react'
import { useAppConfig } from './app-config.ts'
import { followTransaction, hasEnded, refusalOf } from './transaction-result.ts'
import { type TrackedTransaction, trackTransaction, useTrackedTransactions } from './transaction-store.ts'

const isOpen = (transaction: TrackedTransaction, deploymentId: string): boolean =>
  transaction.deploymentId === deploymentId && !hasEnded(transaction.state)

/** Follows transactions that an earlier page of this browser sent and didn't see the end of. */
export function useResumeTransactions(): void {
  const { accessNode, deploymentId } = useAppConfig()
  const tracked = useTrackedTransactions()
  const open = tracked.find((transaction) => isOpen(transaction, deploymentId))
  const txId = open?.txId
  useEffect(() => {
    if (!open || !txId) return
    const controller = new AbortController()
    const update = ({ state, error }: { state: TrackedTransaction['state']; error: string | null }): void =>
      trackTransaction({ ...open, state, error: error ? refusalOf(error) : null })
    void followTransaction(accessNode, txId, update, controller.signal)
    return () => controller.abort()
    // The transaction object changes with each state; only another id is another transaction to follow.
  }, [txId, accessNode])
}
