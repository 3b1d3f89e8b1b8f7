'use client'

import { useEffect } from 'react'
import { callApi } from './api.ts'
import { SESSION_PATH, useSession } from './use-session.ts'
import { walletIntent } from './wallet-intent.ts'
import { storedWalletAddress, WALLET_STORAGE_KEY } from './wallet-storage.ts'

/** Another tab that signs in writes the wallet's account first, its session a moment later. */
const SIGN_IN_GRACE_MS = 3_000

/** Ends the session when the wallet is connected to another account than the one that signed in. */
export function useWalletWatch(): void {
  const { session, refresh } = useSession()
  const address = session?.address
  useEffect(() => {
    if (!address) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const check = async (): Promise<void> => {
      const connected = storedWalletAddress()
      if (walletIntent.connecting || connected === null || connected === address) return
      const current = await refresh()
      if (!current || current.address === storedWalletAddress() || walletIntent.connecting) return
      await callApi<null>(SESSION_PATH, 'DELETE')
      await refresh(null)
    }
    const checkLater = (event: StorageEvent): void => {
      if (event.key !== WALLET_STORAGE_KEY) return
      clearTimeout(timer)
      timer = setTimeout(check, SIGN_IN_GRACE_MS)
    }
    void check()
    window.addEventListener('storage', checkLater)
    window.addEventListener('focus', check)
    return () => {
      clearTimeout(timer)
      window.removeEventListener('storage', checkLater)
      window.removeEventListener('focus', check)
    }
  }, [address, refresh])
}
