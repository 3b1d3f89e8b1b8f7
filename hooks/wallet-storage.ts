/** Where FCL keeps the connected account; read here so that a switch is noticed without loading FCL. */
export const WALLET_STORAGE_KEY = 'CURRENT_USER'

/** The account that the wallet is connected to in this browser, or null. */
export function storedWalletAddress(): string | null {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(WALLET_STORAGE_KEY) ?? 'null')
    if (typeof stored !== 'object' || stored === null || !('addr' in stored)) return null
    return typeof stored.addr === 'string' ? stored.addr : null
  } catch {
    return null
  }
}
