import type { Plain } from '#lib/flow/json-cadence.ts'

/** The words a person sees are in components/transactions; these are the states behind them. */
export type TransactionState = 'waiting' | 'sent' | 'included' | 'done' | 'final' | 'declined' | 'failed' | 'expired'

const ENDED: readonly TransactionState[] = ['final', 'failed', 'expired', 'declined']

export const hasEnded = (state: TransactionState): boolean => ENDED.includes(state)

export interface ChainEvent {
  type: string
  /** Its fields, numbers as decimal text. */
  data: Plain
}

export interface TransactionStatus {
  state: TransactionState
  txId: string | null
  error: string | null
}

export type TransactionOutcome =
  | { kind: 'final'; txId: string; events: ChainEvent[] }
  /** `open_elsewhere`: another tab has the same draft in its wallet. */
  | { kind: 'declined' | 'busy' | 'open_elsewhere' }
  /** `unknown`: the node was asked to take it and didn't answer; it may still go through. */
  | { kind: 'failed' | 'expired' | 'unknown'; message: string }
