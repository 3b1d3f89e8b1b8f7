'use client'

import Link from 'next/link'
import ClaimNotice from '#components/subscriptions/claim-notice.client.tsx'
import { NotYours } from '#components/subscriptions/missing-vault.tsx'
import { vaultName } from '#components/subscriptions/vault-figures.ts'
import { buttonClass } from '#components/ui/button.tsx'
import { Notice } from '#components/ui/notice.tsx'
import type { VaultView } from '#hooks/api-types.ts'
import { useControl } from '#hooks/use-control.ts'
import { ApproversRow } from './approvers-row.client.tsx'
import { ControlRow } from './control-row.tsx'
import { CapRow } from './cap-row.client.tsx'
import { EndRow } from './end-row.client.tsx'
import { PauseRow } from './pause-row.client.tsx'
import { PaymentRow } from './payment-row.client.tsx'
import { ReminderRow } from './reminder-row.client.tsx'
import { TransferRow } from './transfer-row.client.tsx'

interface SettingsProps {
  view: VaultView
  /** It is not this account's any more. */
  isGone: boolean
  onChanged: () => void
}

/** All that an owner decides about a vault, one thing a row, one transaction at a time. */
export default function Settings({ view, isGone, onChanged }: SettingsProps) {
  const { vault } = view
  const order = { vaultId: vault.id, name: vaultName(vault), owner: vault.owner }
  const controls = useControl(order, onChanged)
  const { end } = controls
  if (end?.kind === 'transfer' && end.outcome.kind === 'final' && vault.approvers.length === 0) {
    return <GivenAway name={vaultName(vault)} />
  }
  // A transaction that runs is told to its end.
  if (isGone && controls.running === null) return <NotYours onRetry={onChanged} />
  if (vault.status === 'closed') {
    return (
      <Notice title="This subscription is closed.">
        All that was not owed was returned; nothing can be set any more. Open a new subscription.
      </Notice>
    )
  }
  if (!view.claimed) return <ClaimNotice vault={vault} onChanged={onChanged} />
  return (
    <div>
      <PauseRow vault={vault} controls={controls} />
      <CapRow key={`cap ${vault.capUsd}`} vault={vault} controls={controls} />
      <EndRow key={`end ${vault.expiresAt}`} vault={vault} controls={controls} />
      <PaymentRow vault={vault} controls={controls} />
      <ReminderRow key={`reminder ${vault.reminderBelow}`} vault={vault} controls={controls} />
      <ApproversRow vault={vault} controls={controls} />
      <TransferRow vault={vault} controls={controls} />
      <ControlRow
        id="close"
        title="Close"
        kinds={[]}
        controls={controls}
        done=""
        explain={<p>Closing takes back all FLOW that isn’t owed, and ends the subscription for good.</p>}
        now="It is one of the choices of Withdraw FLOW."
      >
        <Link className={buttonClass()} href={`/subscriptions/${vault.id}`}>
          Open the subscription
        </Link>
      </ControlRow>
    </div>
  )
}

function GivenAway({ name }: { name: string }) {
  return (
    <Notice
      tone="ok"
      live="polite"
      title={`${name} was given away.`}
      actions={
        <Link className={buttonClass()} href="/subscriptions">
          Your subscriptions
        </Link>
      }
    >
      Its key is blocked for good. The new owner accepts the vault and makes another key.
    </Notice>
  )
}
