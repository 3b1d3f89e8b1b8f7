import { findKeyProvider } from '#lib/byok/providers.ts'
import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { unseal } from '#services/platform/crypto/seal.ts'
import { requireMasterKeys, sealContext } from './require-master-keys.ts'
import type { OpenedKey } from './schemas.ts'
import { findKey, type KeyPlace } from './store.ts'

/** The key in the clear, for one request; null when there is none or it is switched off. Only the system asks. */
export async function openKey(
  ctx: ServiceContext,
  place: KeyPlace,
  { evenIfOff = false } = {},
): Promise<OpenedKey | null> {
  requireSystem(ctx.actor)
  const row = await findKey(ctx.db, place)
  const known = findKeyProvider(place.provider)
  if (!row || !known || !(row.enabled || evenIfOff)) return null
  const apiKey = unseal(requireMasterKeys(ctx), row, sealContext(place))
  return { provider: place.provider, apiKey, baseUrl: row.baseUrl ?? known.baseUrl }
}
