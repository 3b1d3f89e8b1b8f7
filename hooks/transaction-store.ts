'use client'

import { useSyncExternalStore } from 'react'
import type { TransactionState } from './transaction-state.ts'

/** A transaction that this browser sent. Kept across reloads; other tabs see it through the storage event. */
export interface TrackedTransaction {
  txId: string
  title: string
  state: TransactionState
  error: string | null
  address: string
  deploymentId: string
  sentAt: string
}

const STORAGE_KEY = 'flareflow.transactions'
const MOST_KEPT = 50
const NONE: readonly TrackedTransaction[] = []

const listeners = new Set<() => void>()
let cachedText: string | null = null
let cached: readonly TrackedTransaction[] = NONE

function read(): readonly TrackedTransaction[] {
  const text = localStorage.getItem(STORAGE_KEY)
  if (text === cachedText) return cached
  cachedText = text
  try {
    cached = text ? (JSON.parse(text) as TrackedTransaction[]) : NONE
  } catch {
    cached = NONE
  }
  return cached
}

/** Adds a transaction, or brings the one with the same id up to date. */
export function trackTransaction(transaction: TrackedTransaction): void {
  const others = read().filter(({ txId }) => txId !== transaction.txId)
  localStorage.setItem(STORAGE_KEY, JSON.stringify([transaction, ...others].slice(0, MOST_KEPT)))
  for (const notify of listeners) notify()
}

/** A later state of a transaction that is tracked already. */
export function updateTransaction(txId: string, change: Pick<TrackedTransaction, 'state' | 'error'>): void {
  const known = read().find((transaction) => transaction.txId === txId)
  if (known) trackTransaction({ ...known, ...change })
}

function subscribe(listener: () => void): () => void {
  const onStorage = (event: StorageEvent): void => {
    if (event.key === STORAGE_KEY) listener()
  }
  listeners.add(listener)
  window.addEventListener('storage', onStorage)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('storage', onStorage)
  }
}

/** All transactions that this browser sent, newest first. */
export const useTrackedTransactions = (): readonly TrackedTransaction[] =>
  useSyncExternalStore(subscribe, read, () => NONE)
