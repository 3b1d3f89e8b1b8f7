'use client'

import type { ReturnAct, ReturnOrder } from './return-flow.ts'
import type { TransactionOutcome } from './transaction-state.ts'
import { type Acts, useActs } from './use-acts.ts'

export interface Returns extends Omit<Acts<ReturnAct['kind']>, 'perform'> {
  perform: (order: ReturnOrder) => Promise<TransactionOutcome>
}

/** Asks FLOW back, cancels that and takes it. */
export function useReturn(): Returns {
  const acts = useActs<ReturnAct['kind']>()
  const perform = (order: ReturnOrder): Promise<TransactionOutcome> =>
    acts.perform({
      kind: order.act.kind,
      vaultId: order.vaultId,
      draft: async (config) => (await import('./return-flow.ts')).draftReturn(config, order),
    })
  return { ...acts, perform }
}
