'use client'

import { useSyncExternalStore } from 'react'
import { storedWalletAddress } from './wallet-storage.ts'

/** What this tab does with the wallet draws the page again anyway. */
function subscribe(listener: () => void): () => void {
  window.addEventListener('storage', listener)
  window.addEventListener('focus', listener)
  return () => {
    window.removeEventListener('storage', listener)
    window.removeEventListener('focus', listener)
  }
}

/** The account that the wallet is connected to, or null: the session may outlive the connection. */
export const useWalletAddress = (): string | null => useSyncExternalStore(subscribe, storedWalletAddress, () => null)
