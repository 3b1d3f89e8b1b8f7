'use client'

import { useEffect } from 'react'
import { useAppConfig } from './app-config.ts'
import { hasEnded } from './transaction-state.ts'
import { type TrackedTransaction, updateTransaction, useTrackedTransactions } from './transaction-store.ts'

const isOpen = (transaction: TrackedTransaction, deploymentId: string): boolean =>
  transaction.deploymentId === deploymentId && !hasEnded(transaction.state)

async function resume(accessNode: string, txId: string, signal: AbortSignal): Promise<void> {
  const { followTransaction, refusalOf } = await import('./transaction-result.ts')
  await followTransaction(
    accessNode,
    txId,
    ({ state, error }) => updateTransaction(txId, { state, error: error ? refusalOf(error) : null }),
    signal,
  )
}

/** Follows transactions that an earlier page of this browser sent and didn't see the end of. */
export function useResumeTransactions(): void {
  const { accessNode, deploymentId } = useAppConfig()
  const tracked = useTrackedTransactions()
  const txId = tracked.find((transaction) => isOpen(transaction, deploymentId))?.txId
  useEffect(() => {
    if (!txId) return
    const controller = new AbortController()
    void resume(accessNode, txId, controller.signal)
    return () => controller.abort()
  }, [txId, accessNode])
}
