import type { WalletRequest } from '@onflow/fcl'
import { Button } from '#components/ui/button.tsx'
import { showAddress } from '#lib/format/address.ts'
import type { DevAccount } from '#hooks/api-types.ts'
import type { WalletService } from './services.ts'
import { WalletFrame } from './wallet-frame.tsx'

interface ApprovalProps {
  service: WalletService
  account: DevAccount | undefined
  request: WalletRequest
  failure: string | null
  onApprove: () => void
  onDecline: () => void
}

/** What is about to be signed, and by which account. */
export function Approval({ service, account, request, failure, onApprove, onDecline }: ApprovalProps) {
  const { cadence, args, message } = request.body ?? {}
  const transaction = service === 'authz'
  return (
    <WalletFrame title={transaction ? 'Approve this transaction' : 'Sign this message'}>
      <p className="mt-1 text-sm text-text-2">
        as {account ? `${account.name}, ${showAddress(account.address)}` : 'an unknown account'}
      </p>
      {args && args.length > 0 ? (
        <div className="mt-4">
          <p className="text-xs text-text-2">Arguments</p>
          <ul className="mt-1 rounded-md bg-sunken p-3 font-mono text-xs">
            {args.map((argument, index) => (
              <li key={index} className="wrap-anywhere">
                {JSON.stringify(argument.value)}
              </li>
            ))}
          </ul>
        </div>
      ) : null}
      <details className="mt-4 text-sm">
        <summary className="text-text-2">{transaction ? 'Show the transaction' : 'Show the message'}</summary>
        <pre className="mt-2 rounded-md bg-sunken p-3 font-mono text-xs wrap-anywhere whitespace-pre-wrap">
          {transaction ? cadence : message}
        </pre>
      </details>
      {failure ? <p className="mt-3 text-sm text-bad">{failure}</p> : null}
      <div className="mt-6 grid grid-cols-2 gap-2">
        <Button onClick={onDecline} data-wallet="decline">
          Decline
        </Button>
        <Button kind="primary" onClick={onApprove} data-wallet="approve">
          Approve
        </Button>
      </div>
    </WalletFrame>
  )
}
