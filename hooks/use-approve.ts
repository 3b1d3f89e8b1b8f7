'use client'

import type { ApprovalAct, ApprovalOrder } from './approval-flow.ts'
import type { TransactionOutcome } from './transaction-state.ts'
import { type Acts, useActs } from './use-acts.ts'

export interface Approving extends Omit<Acts<ApprovalAct['kind']>, 'perform'> {
  perform: (act: ApprovalAct) => Promise<TransactionOutcome>
}

/** Approves, takes a seat or asks for a payment of one vault; `onChanged` is called when the chain has it. */
export function useApprove(order: Omit<ApprovalOrder, 'act'>, onChanged: () => void): Approving {
  const acts = useActs<ApprovalAct['kind']>()
  const perform = async (act: ApprovalAct): Promise<TransactionOutcome> => {
    const outcome = await acts.perform({
      kind: act.kind,
      vaultId: order.vaultId,
      draft: async (config) => (await import('./approval-flow.ts')).draftApproval(config, { ...order, act }),
    })
    if (outcome.kind === 'final') onChanged()
    return outcome
  }
  return { ...acts, perform }
}
