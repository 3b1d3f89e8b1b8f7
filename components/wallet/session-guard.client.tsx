'use client'

import { lazy, Suspense, useState } from 'react'
import { useResumeTransactions } from '#hooks/use-resume-transactions.ts'
import { useSession } from '#hooks/use-session.ts'
import { useWalletWatch } from '#hooks/use-wallet-watch.ts'
import { walletIntent } from '#hooks/wallet-intent.ts'

const SignInAgain = lazy(() => import('./sign-in-again.client.tsx'))

/** Watches the session and open transactions; a session that ended asks for a new one over the page. */
export function SessionGuard() {
  useWalletWatch()
  useResumeTransactions()
  const { session } = useSession()
  const [ended, setEnded] = useState(false)
  const [seen, setSeen] = useState(session?.address)
  if (session?.address !== seen) {
    setSeen(session?.address)
    setEnded(session === null && !walletIntent.leaving)
  }
  if (!ended) return null
  return (
    <Suspense fallback={null}>
      <SignInAgain onClose={() => setEnded(false)} />
    </Suspense>
  )
}
