import { Notice } from '#components/ui/notice.tsx'
import type { StorageReport } from '#hooks/api-types.ts'

/** Said before a subscription is ordered that the chain would refuse, or soon will. */
export function StorageNotice({ storage: { state, address, roomForVaults } }: { storage: StorageReport }) {
  if (state === 'full') {
    return (
      <Notice tone="bad" title="No subscription can be opened right now.">
        The account of the contracts is out of storage, so Flow would refuse it. Nothing was sent. The operator adds
        FLOW to <span className="font-mono wrap-anywhere">{address}</span>; then it works again.
      </Notice>
    )
  }
  return (
    <Notice tone="warn" title={`The contracts have room for ${roomForVaults} more subscriptions.`}>
      Yours fits. The operator should add FLOW to <span className="font-mono wrap-anywhere">{address}</span> soon.
    </Notice>
  )
}
