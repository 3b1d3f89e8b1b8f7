import { callApi } from './api.ts'
import type { CreatedKey, KeyView } from './api-types.ts'

/**
 * Has the server look at the vault's key now, as something happened to the vault on chain. The oracle looks within
 * seconds anyway, so a failure is only told to whoever waits for the answer.
 */
export const reviewKey = (vaultId: string): Promise<KeyView> =>
  callApi<KeyView>(`/api/vaults/${vaultId}/review`, 'POST', {})

/** Asks for the vault's one key. The secret is in the answer that made it, and in no other. */
export const requestKey = (vaultId: string, reissue = false): Promise<CreatedKey> =>
  callApi<CreatedKey>(`/api/vaults/${vaultId}/key`, 'POST', reissue ? { reissue } : {})

/** Says that the owner has the secret of this key: from then on it isn't replaced. One that was is refused. */
export const acknowledgeKey = (vaultId: string, masked: string): Promise<KeyView> =>
  callApi<KeyView>(`/api/vaults/${vaultId}/key/acknowledge`, 'POST', { masked })
