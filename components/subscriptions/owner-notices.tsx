import { lazy, Suspense } from 'react'
import { BlockedNotice } from '#components/keys/blocked-notice.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { showFlow } from '#lib/format/money.ts'
import { parseFlow } from '#lib/money/decimal.ts'
import type { VaultView } from '#hooks/api-types.ts'
import { awaitsClaim, figuresOf } from './vault-figures.ts'

const ClaimNotice = lazy(() => import('./claim-notice.client.tsx'))

/** What an owner should know before anything else: a vault to accept, a blocked key, little left. */
export function OwnerNotices({ view, onChanged }: { view: VaultView; onChanged: () => void }) {
  const { vault, key } = view
  const { left } = figuresOf(vault)
  const reminder = vault.reminderBelow === null ? null : parseFlow(vault.reminderBelow)
  const isLow = vault.status !== 'closed' && reminder !== null && left < reminder
  return (
    <div className="mb-6 space-y-4 empty:hidden">
      {!awaitsClaim(view) ? null : (
        <Suspense fallback={null}>
          <ClaimNotice vault={vault} onChanged={onChanged} />
        </Suspense>
      )}
      {key.state === 'blocked' ? <BlockedNotice view={view} isOwner /> : null}
      {isLow ? (
        <Notice tone="warn" title={`${showFlow(left)} is left.`}>
          You asked to be reminded below {showFlow(reminder)}. Deposit FLOW before the key is blocked.
        </Notice>
      ) : null}
    </div>
  )
}
