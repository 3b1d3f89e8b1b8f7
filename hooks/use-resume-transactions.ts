'use client'

import { useEffect } from 'react'
import { useAppConfig } from './app-config.ts'
import { followTransaction, hasEnded, refusalOf, type TransactionResult } from './transaction-result.ts'
import { type TrackedTransaction, updateTransaction, useTrackedTransactions } from './transaction-store.ts'

const isOpen = (transaction: TrackedTransaction, deploymentId: string): boolean =>
  transaction.deploymentId === deploymentId && !hasEnded(transaction.state)

/** Follows transactions that an earlier page of this browser sent and didn't see the end of. */
export function useResumeTransactions(): void {
  const { accessNode, deploymentId } = useAppConfig()
  const tracked = useTrackedTransactions()
  const txId = tracked.find((transaction) => isOpen(transaction, deploymentId))?.txId
  useEffect(() => {
    if (!txId) return
    const controller = new AbortController()
    const onResult = ({ state, error }: TransactionResult): void =>
      updateTransaction(txId, { state, error: error ? refusalOf(error) : null })
    void followTransaction(accessNode, txId, onResult, controller.signal)
    return () => controller.abort()
  }, [txId, accessNode])
}
