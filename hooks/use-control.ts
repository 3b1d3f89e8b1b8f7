'use client'

import type { Control, ControlOrder } from './control-flow.ts'
import type { TransactionOutcome } from './transaction-state.ts'
import { type Acts, useActs } from './use-acts.ts'

export interface Controls extends Omit<Acts<Control['kind']>, 'perform'> {
  perform: (control: Control) => Promise<TransactionOutcome>
}

/** Changes what the owner decided about a vault; `onChanged` is called when the chain has it. */
export function useControl(vault: Omit<ControlOrder, 'control'>, onChanged: () => void): Controls {
  const acts = useActs<Control['kind']>()
  const perform = async (control: Control): Promise<TransactionOutcome> => {
    const outcome = await acts.perform({
      kind: control.kind,
      vaultId: vault.vaultId,
      draft: async (config) => (await import('./control-flow.ts')).draftControl(config, { ...vault, control }),
    })
    if (outcome.kind === 'final') onChanged()
    return outcome
  }
  return { ...acts, perform }
}
