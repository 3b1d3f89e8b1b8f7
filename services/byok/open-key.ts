import { findKeyProvider } from '#lib/byok/providers.ts'
import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { unseal } from '#services/platform/crypto/seal.ts'
import { requireMasterKeys, sealContext } from './require-master-keys.ts'
import type { OpenedKey } from './schemas.ts'
import { findKey, type KeyPlace } from './store.ts'

/** The key in the clear, for one request; null when there is none or it is switched off. Only the system asks. */
export async function openKey(ctx: ServiceContext, place: KeyPlace): Promise<OpenedKey | null> {
  requireSystem(ctx.actor)
  const row = await findKey(ctx.db, place)
  const known = findKeyProvider(place.provider)
  if (!row?.enabled || !known) return null
  const key = unseal(requireMasterKeys(ctx), row, sealContext(place))
  return { provider: place.provider, key, baseUrl: row.baseUrl ?? known.baseUrl }
}
