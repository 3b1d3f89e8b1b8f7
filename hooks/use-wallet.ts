'use client'

import { useCallback, useState } from 'react'
import { useSWRConfig } from 'swr'
import { useAppConfig } from './app-config.ts'
import { callApi } from './api.ts'
import type { Session } from './api-types.ts'
import { type Fcl, loadFcl } from './flow-client.ts'
import { SESSION_PATH, useSession } from './use-session.ts'
import { errorText, isDeclined } from './wallet-error.ts'
import { walletIntent } from './wallet-intent.ts'

export type ConnectOutcome =
  | { kind: 'connected'; session: Session }
  | { kind: 'declined' }
  | { kind: 'failed'; message: string }

const NO_PROOF = 'This wallet gave no proof of the account. You are not signed in. Choose another wallet.'

async function proveAccount(fcl: Fcl, network: string): Promise<ConnectOutcome> {
  await fcl.unauthenticate()
  const user = await fcl.authenticate()
  if (!user.loggedIn || !user.addr) return { kind: 'declined' }
  const proof = user.services?.find(({ type }) => type === 'account-proof')?.data
  if (!proof?.nonce || !proof.signatures?.length) {
    await fcl.unauthenticate()
    return { kind: 'failed', message: NO_PROOF }
  }
  const body = { address: user.addr, nonce: proof.nonce, signatures: proof.signatures, network }
  return { kind: 'connected', session: await callApi<Session>(SESSION_PATH, 'POST', body) }
}

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
      const outcome = await proveAccount(await loadFcl(config), config.network)
      if (outcome.kind === 'connected') await refresh(outcome.session)
      return outcome
    } catch (cause) {
      return isDeclined(cause) ? { kind: 'declined' } : { kind: 'failed', message: errorText(cause) }
    } finally {
      walletIntent.connecting = false
      setBusy(false)
    }
  }, [config, refresh])

  const disconnect = useCallback(async (): Promise<void> => {
    walletIntent.leaving = true
    try {
      await callApi<null>(SESSION_PATH, 'DELETE')
      await (await loadFcl(config)).unauthenticate()
      await refresh(null)
      await mutate((key) => key !== SESSION_PATH, undefined, { revalidate: false })
    } finally {
      walletIntent.leaving = false
    }
  }, [config, mutate, refresh])

  return { connect, disconnect, busy }
}
