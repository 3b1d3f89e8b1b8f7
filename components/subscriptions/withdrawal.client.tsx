'use client'

import { OutcomeNotice } from '#components/transactions/outcome-notice.tsx'
import { TransactionSteps } from '#components/transactions/transaction-steps.client.tsx'
import { parseFlow } from '#lib/money/decimal.ts'
import type { VaultReport } from '#hooks/api-types.ts'
import { useAppConfig } from '#hooks/app-config.ts'
import type { ReturnAct } from '#hooks/return-flow.ts'
import { useReturn } from '#hooks/use-return.ts'
import { useTopups } from '#hooks/use-topups.ts'
import { PendingReturnNotice } from './pending-return.tsx'
import { figuresOf, vaultName } from './vault-figures.ts'
import { WithdrawDialog } from './withdraw-dialog.client.tsx'

const WORDS: Record<ReturnAct['kind'], { done: string; notDone: string; unknown: string }> = {
  request: {
    done: 'The request is on chain.',
    notDone: 'Nothing was requested.',
    unknown: 'It is not known whether the request went through.',
  },
  cancel: {
    done: 'The request is cancelled. Nothing changed.',
    notDone: 'The request was not cancelled.',
    unknown: 'It is not known whether the request was cancelled.',
  },
  take: {
    done: 'The FLOW is in your account.',
    notDone: 'Nothing was taken back.',
    unknown: 'It is not known whether the FLOW was taken back.',
  },
  credits: {
    done: 'The FLOW is paid. The credits come within seconds.',
    notDone: 'Nothing was taken from the vault.',
    unknown: 'It is not known whether the FLOW became credits.',
  },
}

interface WithdrawalProps {
  vault: VaultReport
  /** The dialog is open. */
  asking: boolean
  onAsk: (asking: boolean) => void
  onChanged: () => void
}

/** The rest of the FLOW on its way back to the owner: asked for, waiting, taken or cancelled. */
export default function Withdrawal({ vault, asking, onAsk, onChanged }: WithdrawalProps) {
  const { perform, status, running, end } = useReturn()
  const { minimumDeposit } = useAppConfig()
  const busy = running !== null
  const { left, credit } = figuresOf(vault)
  const { pendingReturn } = vault
  const treasury = useTopups().data?.address

  const start = async (act: ReturnAct): Promise<void> => {
    const outcome = await perform({ vaultId: vault.id, name: vaultName(vault), owner: vault.owner, act })
    if (outcome.kind === 'final') onChanged()
  }
  const request = (amount: string | null): void => {
    // The wallet opens below a modal dialog, where nobody can reach it.
    onAsk(false)
    void start({ kind: 'request', amount })
  }
  return (
    <div className="mt-6 space-y-4 empty:hidden">
      <WithdrawDialog open={asking} left={left} credit={credit} onClose={() => onAsk(false)} onRequest={request} />
      {pendingReturn ? (
        <PendingReturnNotice
          pending={pendingReturn}
          left={left}
          credit={credit}
          minimumDeposit={parseFlow(minimumDeposit)}
          approvalsRequired={vault.approvalsRequired}
          busy={busy}
          onCancel={() => void start({ kind: 'cancel' })}
          onTake={() => void start({ kind: 'take' })}
          onCredits={treasury ? () => void start({ kind: 'credits', treasury }) : null}
        />
      ) : null}
      {busy && status ? <TransactionSteps status={status} /> : null}
      {end && !busy ? <OutcomeNotice outcome={end.outcome} {...WORDS[end.kind]} /> : null}
    </div>
  )
}
