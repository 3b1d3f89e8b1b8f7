import { Notice } from '#components/ui/notice.tsx'
import { TransactionId } from '#components/ui/identifier.client.tsx'
import { showFlowExact } from '#lib/format/money.ts'
import { useAppConfig } from '#hooks/app-config.ts'
import type { WithdrawalOutcome } from '#hooks/withdraw-accrued.ts'

/** How a withdrawal ended. */
export function WithdrawalNotice({ outcome }: { outcome: WithdrawalOutcome }) {
  const { network } = useAppConfig()
  switch (outcome.kind) {
    case 'withdrawn':
      return (
        <Notice tone="ok" live="polite" title={`${showFlowExact(outcome.amount)} is in your account.`}>
          Transaction <TransactionId value={outcome.txId} network={network} />
        </Notice>
      )
    case 'declined':
      return (
        <Notice live="polite" title="You declined in the wallet.">
          Nothing was sent. The FLOW stays in the vaults.
        </Notice>
      )
    case 'expired':
      return (
        <Notice tone="warn" live="assertive" title="Flow never executed this transaction.">
          It expired; nothing moved. You can send it again.
        </Notice>
      )
    case 'unknown':
      return (
        <Notice tone="warn" live="assertive" title="It is not known whether FLOW was withdrawn.">
          {outcome.message}
        </Notice>
      )
    case 'failed':
      return (
        <Notice tone="bad" live="assertive" title="Nothing was withdrawn.">
          {outcome.message}
        </Notice>
      )
    case 'busy':
      return null
    case 'open_elsewhere':
      return (
        <Notice live="polite" title="A withdrawal is open in another tab.">
          Nothing was sent from this one. Finish or decline it there.
        </Notice>
      )
  }
}
