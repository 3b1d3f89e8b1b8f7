import type { TransactionState } from '#hooks/transaction-state.ts'

/** One word per state, everywhere. */
export const STATE_WORDS: Record<TransactionState, string> = {
  waiting: 'Waiting for your wallet',
  sent: 'Sent',
  included: 'Included',
  done: 'Done',
  final: 'Final',
  declined: 'Declined',
  failed: 'Failed',
  expired: 'Expired',
}

/** The way of a transaction that goes well. */
export const STEPS: readonly TransactionState[] = ['waiting', 'sent', 'included', 'done', 'final']
