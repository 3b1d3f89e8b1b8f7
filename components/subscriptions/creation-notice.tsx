import Link from 'next/link'
import { OutcomeNotice } from '#components/transactions/outcome-notice.tsx'
import { buttonClass } from '#components/ui/button.tsx'
import { Notice } from '#components/ui/notice.tsx'
import type { CreationOutcome } from '#hooks/open-subscription.ts'

/** How an attempt ended that gave no key: what happened, what was not changed, what to do. */
export function CreationNotice({ outcome }: { outcome: CreationOutcome }) {
  switch (outcome.kind) {
    case 'provider_unknown':
      return (
        <Notice tone="warn" title="This address is not a registered provider." live="polite">
          A vault that names it would get no key, so nothing was sent. Check the address, or ask the provider to be
          registered.
        </Notice>
      )
    case 'created':
    case 'key_missing':
      return <KeyMissing outcome={outcome} />
    default:
      return (
        <OutcomeNotice
          outcome={outcome}
          done=""
          notDone="No subscription was created."
          unknown="It is not known whether the vault was opened."
        />
      )
  }
}

/** The vault is open, and its key isn't here: made in another tab, or not made yet. */
function KeyMissing({ outcome }: { outcome: Extract<CreationOutcome, { vaultId: string }> }) {
  return (
    <Notice
      tone="warn"
      live="assertive"
      title="The vault is open; its key isn’t here yet."
      actions={
        <Link className={buttonClass('primary')} href={`/subscriptions/${outcome.vaultId}/key`}>
          Get the key
        </Link>
      }
    >
      {outcome.kind === 'key_missing' ? outcome.message : 'A key was made in another tab.'} Your deposit is safe in the
      vault. Don’t create it again.
    </Notice>
  )
}
