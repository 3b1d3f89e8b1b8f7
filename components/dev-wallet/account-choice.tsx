import { Button, buttonClass } from '#components/ui/button.tsx'
import { showAddress } from '#lib/format/address.ts'
import type { DevAccount } from '#hooks/api-types.ts'
import { WalletFrame } from './wallet-frame.tsx'

interface AccountChoiceProps {
  accounts: DevAccount[]
  failure: string | null
  onChoose: (account: DevAccount) => void
  onDecline: () => void
}

/** The local accounts by name. */
export function AccountChoice({ accounts, failure, onChoose, onDecline }: AccountChoiceProps) {
  return (
    <WalletFrame title="Connect as">
      <ul className="mt-4 space-y-2">
        {accounts.map((account) => (
          <li key={account.address}>
            <button
              type="button"
              data-account={account.name}
              onClick={() => onChoose(account)}
              className={buttonClass('secondary', 'min-h-11 w-full')}
            >
              <span className="mr-auto first-letter:uppercase">{account.name}</span>
              <span className="font-mono text-xs text-text-2">{showAddress(account.address)}</span>
            </button>
          </li>
        ))}
      </ul>
      {failure ? <p className="mt-3 text-sm text-bad">{failure}</p> : null}
      <Button kind="quiet" className="mt-4 w-full" onClick={onDecline}>
        Decline
      </Button>
    </WalletFrame>
  )
}
