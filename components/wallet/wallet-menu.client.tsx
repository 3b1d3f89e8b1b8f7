'use client'

import { ChevronDown } from 'lucide-react'
import { lazy, useState } from 'react'
import { buttonClass } from '#components/ui/button.tsx'
import { PopoverButton } from '#components/ui/popover-button.client.tsx'
import { showAddress } from '#lib/format/address.ts'
import { useSession } from '#hooks/use-session.ts'
import { ConnectButton } from './connect-button.client.tsx'
import { type Note, WalletNote } from './wallet-note.tsx'

const AccountPanel = lazy(() => import('./account-panel.client.tsx'))

/** Connect Wallet, or the account that is signed in with what can be done about it. */
export function WalletMenu() {
  const { session, hasEnded } = useSession()
  const [note, setNote] = useState<Note | null>(null)
  if (!session || hasEnded) return <ConnectButton />
  const face = (
    <>
      <span className="sr-only">Account </span>
      {showAddress(session.address)}
      <ChevronDown aria-hidden="true" size={14} strokeWidth={1.5} />
    </>
  )
  return (
    <div className="relative">
      <PopoverButton face={face} className={buttonClass('secondary', 'px-3 font-mono')} onClick={() => setNote(null)}>
        {(close) => <AccountPanel session={session} onDone={close} onNote={setNote} />}
      </PopoverButton>
      {note ? <WalletNote note={note} /> : null}
    </div>
  )
}
