'use client'

import { lazy, type ReactNode, Suspense, useEffect, useMemo, useState } from 'react'
import { SWRConfig, useSWRConfig } from 'swr'
import type { Session } from '#hooks/api-types.ts'
import { useResumeTransactions } from '#hooks/use-resume-transactions.ts'
import { EndedSessionContext, SESSION_PATH, useSession } from '#hooks/use-session.ts'
import { useWalletWatch } from '#hooks/use-wallet-watch.ts'
import { walletIntent } from '#hooks/wallet-intent.ts'

const SignInAgain = lazy(() => import('./sign-in-again.client.tsx'))

/** The session that ended by itself, until somebody signs in or it is let go. */
function useEndedSession() {
  const { session } = useSession()
  const [seen, setSeen] = useState(session)
  const [ended, setEnded] = useState<Session | null>(null)
  // While drawing, so that no page below is drawn without the one or the other: it would lose what was typed.
  if (session !== undefined && session?.address !== seen?.address) {
    setSeen(session)
    setEnded(session === null && seen && !walletIntent.leaving ? seen : null)
  }
  return { ended, letGo: () => setEnded(null) }
}

/**
 * Watches the session and open transactions. One that ended by itself asks for a new one over the page; until that is
 * answered the page stays as it is, with what was typed and what is under way, and asks for nothing.
 */
export function SessionGuard({ children }: { children: ReactNode }) {
  useWalletWatch()
  useResumeTransactions()
  const { ended, letGo } = useEndedSession()
  const { mutate } = useSWRConfig()
  const isAsking = ended !== null
  const whileAsking = useMemo(() => ({ isPaused: () => isAsking }), [isAsking])
  useEffect(() => (isAsking ? () => void mutate((key) => key !== SESSION_PATH) : undefined), [isAsking, mutate])
  return (
    <EndedSessionContext value={ended}>
      <SWRConfig value={whileAsking}>{children}</SWRConfig>
      {isAsking ? (
        <Suspense fallback={null}>
          <SignInAgain onClose={letGo} />
        </Suspense>
      ) : null}
    </EndedSessionContext>
  )
}
