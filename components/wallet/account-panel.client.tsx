'use client'

import { useRouter } from 'next/navigation'
import { NetworkBadge } from '#components/shell/network-badge.client.tsx'
import { Button } from '#components/ui/button.tsx'
import { Address } from '#components/ui/identifier.client.tsx'
import type { Session } from '#hooks/api-types.ts'
import { useAnnounce } from '#hooks/use-announce.ts'
import { useWallet } from '#hooks/use-wallet.ts'

function rolesInWords({ roles }: Session): string {
  const held = [roles.provider && 'provider', roles.admin && 'admin', roles.oracle && 'oracle'].filter(Boolean)
  return held.length > 0 ? `Customer, ${held.join(', ')}` : 'Customer'
}

/** Which account is connected, what it may do, and the ways to another one or none. */
export default function AccountPanel({ session, onDone }: { session: Session; onDone: () => void }) {
  const { connect, disconnect, busy } = useWallet()
  const announce = useAnnounce()
  const router = useRouter()

  const leave = async (): Promise<void> => {
    onDone()
    await disconnect()
    announce('Wallet disconnected')
    router.refresh()
  }
  const change = async (): Promise<void> => {
    onDone()
    await connect()
  }
  return (
    <>
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
    </>
  )
}
