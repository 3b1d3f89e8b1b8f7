'use client'

import { useRef, useState } from 'react'
import { Button, type ButtonKind } from '#components/ui/button.tsx'
import { useAnnounce } from '#hooks/use-announce.ts'
import { useWallet } from '#hooks/use-wallet.ts'
import { type Note, WalletNote } from './wallet-note.tsx'

interface ConnectButtonProps {
  label?: string
  kind?: ButtonKind
  /** The wallet opens, or is done: what lies over the page must make room for it. */
  onBusy?: (busy: boolean) => void
}

/** Opens the wallet and signs in. Declining is an outcome: it is said, not shown as a fault. */
export function ConnectButton({ label = 'Connect Wallet', kind = 'primary', onBusy }: ConnectButtonProps) {
  const { connect, busy } = useWallet()
  const announce = useAnnounce()
  const [note, setNote] = useState<Note | null>(null)
  const button = useRef<HTMLButtonElement>(null)

  const start = async (): Promise<void> => {
    if (busy) return
    setNote(null)
    onBusy?.(true)
    const outcome = await connect()
    onBusy?.(false)
    if (outcome.kind === 'connected') {
      announce('Wallet connected')
      return
    }
    const declined = outcome.kind === 'declined'
    const text = declined ? 'You declined in the wallet. You are not signed in.' : outcome.message
    setNote({ tone: declined ? 'neutral' : 'bad', text })
    announce(text, declined ? 'polite' : 'assertive')
    button.current?.focus()
  }
  return (
    <div className="relative">
      <Button ref={button} kind={kind} onClick={start} aria-disabled={busy} className="min-w-[16ch]">
        {busy ? 'Waiting for your wallet' : label}
      </Button>
      {note ? <WalletNote note={note} /> : null}
    </div>
  )
}
