'use client'

import { useRouter } from 'next/navigation'
import { NetworkBadge } from '#components/shell/network-badge.client.tsx'
import { Button } from '#components/ui/button.tsx'
import { Address } from '#components/ui/identifier.client.tsx'
import { showAddress } from '#lib/format/address.ts'
import type { Session } from '#hooks/api-types.ts'
import { useAnnounce } from '#hooks/use-announce.ts'
import { useWallet } from '#hooks/use-wallet.ts'
import { useWalletAddress } from '#hooks/use-wallet-address.ts'
import type { Note } from './wallet-note.tsx'

function rolesInWords({ roles }: Session): string {
  if (roles === null) return 'Flow doesn’t answer: roles unknown'
  const held = [roles.provider && 'provider', roles.admin && 'admin', roles.oracle && 'oracle'].filter(Boolean)
  return held.length > 0 ? `Customer, ${held.join(', ')}` : 'Customer'
}

interface AccountPanelProps {
  session: Session
  onDone: () => void
  /** How it ended, where the account stays the same; null when something begins. */
  onNote: (note: Note | null) => void
}

/** Which account is connected, what it may do, and the ways to another one or none. */
export default function AccountPanel({ session, onDone, onNote }: AccountPanelProps) {
  const { connect, disconnect, busy } = useWallet()
  const isConnected = useWalletAddress() !== null
  const announce = useAnnounce()
  const router = useRouter()

  const tell = (note: Note): void => {
    onNote(note)
    announce(note.text, note.tone === 'bad' ? 'assertive' : 'polite')
  }
  const leave = async (): Promise<void> => {
    onDone()
    onNote(null)
    const failure = await disconnect()
    if (failure !== null) return tell({ tone: 'bad', text: `You may still be signed in. ${failure}` })
    announce('Wallet disconnected')
    router.refresh()
  }
  const change = async (): Promise<void> => {
    if (busy) return
    onDone()
    onNote(null)
    const outcome = await connect()
    if (outcome.kind === 'connected') return announce('Wallet connected')
    const still = `You are still signed in as ${showAddress(session.address)}.`
    if (outcome.kind === 'declined') tell({ tone: 'neutral', text: `You declined in the wallet. ${still}` })
    else tell({ tone: 'bad', text: outcome.message })
  }
  return (
    <>
      <p className="text-xs text-text-2">{isConnected ? 'Connected account' : 'Signed in; no wallet is connected'}</p>
      <p className="mt-1">
        <Address value={session.address} />
      </p>
      <p className="mt-1 flex items-center justify-between gap-2 text-xs text-text-2">
        {rolesInWords(session)}
        <NetworkBadge />
      </p>
      {isConnected ? null : (
        <p className="mt-2 text-xs text-text-2">Connect it to send transactions. The rest works without.</p>
      )}
      <div className="mt-4 flex flex-col gap-2">
        <Button onClick={change} aria-disabled={busy}>
          {isConnected ? 'Switch wallet' : 'Connect wallet'}
        </Button>
        <Button kind="quiet" onClick={leave}>
          Disconnect wallet
        </Button>
      </div>
    </>
  )
}
