import type { VaultCaller } from '../schemas.ts'
import type { Payer } from './payer.ts'

/**
 * A vault pays on chain for what is metered under its key. LiteLLM and the vault guard hold the key to what the vault
 * can pay, as when it is used without the gateway.
 */
export const createVaultPayer = ({ vaultId, keyHash, secret }: VaultCaller): Payer => ({
  id: `vault:${vaultId}`,
  keyHash,
  ownKey: null,
  secret: (anew = false) => Promise.resolve(anew ? null : secret),
  place: () => Promise.resolve({ ok: true }),
  post: () => Promise.resolve(null),
  void: () => Promise.resolve(),
  review: () => Promise.resolve(),
})
