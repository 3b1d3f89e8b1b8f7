'use client'

import type { DepositOrder } from './deposit-flow.ts'
import type { TransactionOutcome } from './transaction-state.ts'
import { useActs } from './use-acts.ts'

/** Deposits: one run at a time, and how it ended is always an answer. */
export function useDeposit() {
  const { perform, running, status } = useActs<'deposit'>()
  const deposit = (order: DepositOrder): Promise<TransactionOutcome> =>
    perform({
      kind: 'deposit',
      vaultId: order.vaultId,
      draft: async (config) => (await import('./deposit-flow.ts')).draftDeposit(config, order),
    })
  return { deposit, status, busy: running !== null }
}
