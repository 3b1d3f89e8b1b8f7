import Link from 'next/link'
import { buttonClass } from '#components/ui/button.tsx'
import { Notice } from '#components/ui/notice.tsx'
import type { CreationOutcome } from '#hooks/open-subscription.ts'

/** How an attempt ended that gave no key: what happened, what was not changed, what to do. */
export function CreationNotice({ outcome }: { outcome: CreationOutcome }) {
  switch (outcome.kind) {
    case 'declined':
      return (
        <Notice title="You declined in the wallet." live="polite">
          Nothing was sent and nothing was charged. Your entries are still here.
        </Notice>
      )
    case 'provider_unknown':
      return (
        <Notice tone="warn" title="This address is not a registered provider." live="polite">
          A vault that names it would get no key, so nothing was sent. Check the address, or ask the provider to be
          registered.
        </Notice>
      )
    case 'created':
    case 'key_missing':
      return (
        <Notice
          tone="warn"
          live="assertive"
          title="The vault is open; its key is not made yet."
          actions={
            <Link className={buttonClass('primary')} href={`/subscriptions/${outcome.vaultId}/key`}>
              Get the key
            </Link>
          }
        >
          {outcome.kind === 'key_missing' ? outcome.message : 'A key was made in another tab.'} Your deposit is safe in
          the vault. Don’t create it again.
        </Notice>
      )
    case 'expired':
      return (
        <Notice tone="warn" title="Flow never executed this transaction." live="assertive">
          It expired; nothing moved. You can send it again.
        </Notice>
      )
    case 'unknown':
      return (
        <Notice tone="warn" live="assertive" title="It is not known whether the vault was opened.">
          {outcome.message}
        </Notice>
      )
    case 'failed':
      return (
        <Notice tone="bad" title="No subscription was created." live="assertive">
          Nothing was charged. {outcome.message}
        </Notice>
      )
    case 'open_elsewhere':
      return (
        <Notice live="polite" title="This order is open in another tab.">
          Nothing was sent from this one. Approve or decline it there.
        </Notice>
      )
    case 'busy':
      return null
  }
}
