'use client'

import { useCallback, useState } from 'react'
import { useSWRConfig } from 'swr'
import { useAppConfig } from './app-config.ts'
import type { ConnectOutcome } from './sign-in.ts'
import { SESSION_PATH, useSession } from './use-session.ts'
import { errorText } from './wallet-error.ts'
import { walletIntent } from './wallet-intent.ts'

/** Connects a wallet and signs in with its account proof; disconnecting ends both. */
export function useWallet() {
  const config = useAppConfig()
  const { refresh } = useSession()
  const { mutate } = useSWRConfig()
  const [busy, setBusy] = useState(false)

  const connect = useCallback(async (): Promise<ConnectOutcome> => {
    setBusy(true)
    walletIntent.connecting = true
    try {
      const { signIn } = await import('./sign-in.ts')
      const outcome = await signIn(config)
      if (outcome.kind === 'connected') await refresh(outcome.session)
      return outcome
    } finally {
      walletIntent.connecting = false
      setBusy(false)
    }
  }, [config, refresh])

  /** Null, or why nobody knows that it ended. */
  const disconnect = useCallback(async (): Promise<string | null> => {
    walletIntent.leaving = true
    try {
      const { signOut } = await import('./sign-in.ts')
      const failure = await signOut(config)
      if (failure !== null) return failure
      await refresh(null)
      await mutate((key) => key !== SESSION_PATH, undefined, { revalidate: false })
      return null
    } catch (cause) {
      return errorText(cause)
    } finally {
      walletIntent.leaving = false
    }
  }, [config, mutate, refresh])

  return { connect, disconnect, busy }
}
