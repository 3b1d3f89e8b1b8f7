import { callApi } from './api.ts'
import type { CreatedKey, KeyView } from './api-types.ts'

/** Asks for the vault's one key. The secret is in the answer that made it, and in no other. */
export const requestKey = (vaultId: string, reissue = false): Promise<CreatedKey> =>
  callApi<CreatedKey>(`/api/vaults/${vaultId}/key`, 'POST', reissue ? { reissue } : {})

/** Says that the owner has the secret: from then on it isn't replaced. */
export const acknowledgeKey = (vaultId: string): Promise<KeyView> =>
  callApi<KeyView>(`/api/vaults/${vaultId}/key/acknowledge`, 'POST', {})
