import { Notice } from '#components/ui/notice.tsx'
import { TransactionId } from '#components/ui/identifier.client.tsx'
import { useAppConfig } from '#hooks/app-config.ts'
import type { TransactionOutcome } from '#hooks/use-transaction.ts'

interface OutcomeNoticeProps {
  outcome: TransactionOutcome
  /** Said when it went through. */
  done: string
  /** Said when the chain refused it. */
  notDone: string
}

/** How a transaction ended: what happened, what was not changed, what to do. */
export function OutcomeNotice({ outcome, done, notDone }: OutcomeNoticeProps) {
  const { network } = useAppConfig()
  switch (outcome.kind) {
    case 'final':
      return (
        <Notice tone="ok" live="polite" title={done}>
          Transaction <TransactionId value={outcome.txId} network={network} />
        </Notice>
      )
    case 'declined':
      return (
        <Notice live="polite" title="You declined in the wallet.">
          Nothing was sent and nothing was charged. Your entries are still here.
        </Notice>
      )
    case 'open_elsewhere':
      return (
        <Notice live="polite" title="The same transaction is open in another tab.">
          Nothing was sent from this one. Approve or decline it there.
        </Notice>
      )
    case 'expired':
      return (
        <Notice tone="warn" live="assertive" title="Flow never executed this transaction.">
          It expired; nothing moved. You can send it again.
        </Notice>
      )
    case 'failed':
      return (
        <Notice tone="bad" live="assertive" title={notDone}>
          {outcome.message}
        </Notice>
      )
    case 'busy':
      return null
  }
}
