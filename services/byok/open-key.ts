import { findKeyProvider } from '#lib/byok/providers.ts'
import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { unseal } from '#services/platform/crypto/seal.ts'
import { requireMasterKeys, sealContext } from './require-master-keys.ts'
import type { OpenedKey } from './schemas.ts'
import { findKey, type KeyPlace, type ProviderKeyRow } from './store.ts'

/** A key in the clear, also one that is switched off; null when there is none. Only the system asks. */
export async function openKey(ctx: ServiceContext, place: KeyPlace): Promise<OpenedKey | null> {
  requireSystem(ctx.actor)
  const row = await findKey(ctx.db, place)
  return row && openedKey(row, unseal(requireMasterKeys(ctx), row, sealContext(place)))
}

/** Null: the provider is not one of ours any more. */
export function openedKey(
  { provider, baseUrl }: Pick<ProviderKeyRow, 'provider' | 'baseUrl'>,
  apiKey: string,
): OpenedKey | null {
  const known = findKeyProvider(provider)
  return known && { provider, apiKey, baseUrl: baseUrl ?? known.baseUrl }
}
