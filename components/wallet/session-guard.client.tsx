'use client'

import { useEffect, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Modal } from '#components/ui/modal.client.tsx'
import { useAnnounce } from '#hooks/use-announce.ts'
import { useResumeTransactions } from '#hooks/use-resume-transactions.ts'
import { useSession } from '#hooks/use-session.ts'
import { useWalletWatch } from '#hooks/use-wallet-watch.ts'
import { walletIntent } from '#hooks/wallet-intent.ts'
import { ConnectButton } from './connect-button.client.tsx'

const TITLE = 'Sign in again to continue'

/** Watches the session and open transactions; a session that ended asks for a new one over the page. */
export function SessionGuard() {
  useWalletWatch()
  useResumeTransactions()
  const { session } = useSession()
  const announce = useAnnounce()
  const [ended, setEnded] = useState(false)
  // A modal dialog would cover the wallet.
  const [connecting, setConnecting] = useState(false)
  const [seen, setSeen] = useState(session?.address)
  if (session?.address !== seen) {
    setSeen(session?.address)
    setEnded(session === null && !walletIntent.leaving)
  }
  useEffect(() => {
    if (ended) announce(`${TITLE}.`, 'assertive')
  }, [ended, announce])
  return (
    <Modal
      open={ended && !connecting}
      title={TITLE}
      onClose={() => setEnded(false)}
      actions={
        <>
          <Button onClick={() => setEnded(false)}>Not now</Button>
          <ConnectButton onBusy={setConnecting} />
        </>
      }
    >
      Your session ended, or the wallet was switched to another account. Nothing was sent and nothing was charged. What
      you typed is still here.
    </Modal>
  )
}
