'use client'

import { useEffect, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Modal } from '#components/ui/modal.client.tsx'
import { useAnnounce } from '#hooks/use-announce.ts'
import { ConnectButton } from './connect-button.client.tsx'

const TITLE = 'Sign in again to continue'

/** Over the page, so that what was typed there stays. */
export default function SignInAgain({ onClose }: { onClose: () => void }) {
  const announce = useAnnounce()
  // A modal dialog would cover the wallet.
  const [connecting, setConnecting] = useState(false)
  useEffect(() => announce(`${TITLE}.`, 'assertive'), [announce])
  return (
    <Modal
      open={!connecting}
      title={TITLE}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Not now</Button>
          <ConnectButton onBusy={setConnecting} />
        </>
      }
    >
      Your session ended, or the wallet was switched to another account. What you typed and what is under way is kept
      for the same account: sign in with it and go on. With “Not now”, or as another account, you leave it.
    </Modal>
  )
}
