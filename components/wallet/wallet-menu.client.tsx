'use client'

import { ChevronDown } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useId, useRef } from 'react'
import { Button, buttonClass } from '#components/ui/button.tsx'
import { Address } from '#components/ui/identifier.client.tsx'
import { showAddress } from '#lib/format/address.ts'
import type { Session } from '#hooks/api-types.ts'
import { useAnnounce } from '#hooks/use-announce.ts'
import { useSession } from '#hooks/use-session.ts'
import { useWallet } from '#hooks/use-wallet.ts'
import { NetworkBadge } from '#components/shell/network-badge.client.tsx'
import { ConnectButton } from './connect-button.client.tsx'

function rolesInWords({ roles }: Session): string {
  const held = [roles.provider && 'provider', roles.admin && 'admin', roles.oracle && 'oracle'].filter(Boolean)
  return held.length > 0 ? `Customer, ${held.join(', ')}` : 'Customer'
}

/** Connect Wallet, or the account that is signed in with what can be done about it. */
export function WalletMenu() {
  const { session } = useSession()
  if (!session) return <ConnectButton />
  return <AccountMenu session={session} />
}

function AccountMenu({ session }: { session: Session }) {
  const { connect, disconnect, busy } = useWallet()
  const announce = useAnnounce()
  const router = useRouter()
  const id = useId()
  const panel = useRef<HTMLDivElement>(null)

  const leave = async (): Promise<void> => {
    panel.current?.hidePopover()
    await disconnect()
    announce('Wallet disconnected')
    router.refresh()
  }
  const change = async (): Promise<void> => {
    panel.current?.hidePopover()
    await connect()
  }
  return (
    <>
      <button type="button" popoverTarget={id} className={buttonClass('secondary', 'px-3 font-mono')}>
        <span className="sr-only">Account </span>
        {showAddress(session.address)}
        <ChevronDown aria-hidden="true" size={14} strokeWidth={1.5} />
      </button>
      <div
        ref={panel}
        id={id}
        popover="auto"
        className="fixed inset-auto top-14 right-4 m-0 w-72 rounded-md border border-line bg-surface p-4 text-sm text-text shadow-popover"
      >
        <p className="text-xs text-text-2">Connected account</p>
        <p className="mt-1">
          <Address value={session.address} />
        </p>
        <p className="mt-1 flex items-center justify-between gap-2 text-xs text-text-2">
          {rolesInWords(session)}
          <NetworkBadge />
        </p>
        <div className="mt-4 flex flex-col gap-2">
          <Button onClick={change} aria-disabled={busy}>
            Switch wallet
          </Button>
          <Button kind="quiet" onClick={leave}>
            Disconnect wallet
          </Button>
        </div>
      </div>
    </>
  )
}
