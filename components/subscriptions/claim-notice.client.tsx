'use client'

import { OutcomeNotice } from '#components/transactions/outcome-notice.tsx'
import { TransactionSteps } from '#components/transactions/transaction-steps.client.tsx'
import { Button } from '#components/ui/button.tsx'
import { Notice } from '#components/ui/notice.tsx'
import type { VaultReport } from '#hooks/api-types.ts'
import { useControl } from '#hooks/use-control.ts'
import { vaultName } from './vault-figures.ts'

/** A vault that somebody gave to its owner, who has to accept it before it can sign for it. */
export default function ClaimNotice({ vault, onChanged }: { vault: VaultReport; onChanged: () => void }) {
  const order = { vaultId: vault.id, name: vaultName(vault), owner: vault.owner }
  const { perform, running, status, end } = useControl(order, onChanged)
  return (
    <div className="space-y-4">
      <Notice
        tone="warn"
        title="This subscription was given to you."
        actions={
          <Button kind="primary" aria-disabled={running !== null} onClick={() => void perform({ kind: 'claim' })}>
            Accept it
          </Button>
        }
      >
        It is yours with all its FLOW. Accept it to withdraw or to change its settings; then make a key of your own.
      </Notice>
      {running && status ? <TransactionSteps status={status} /> : null}
      {end && !running ? (
        <OutcomeNotice
          outcome={end.outcome}
          done="The subscription is accepted."
          notDone="Nothing was changed."
          unknown="It is not known whether it was accepted."
        />
      ) : null}
    </div>
  )
}
