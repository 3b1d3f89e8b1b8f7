import { maskProviderKey } from '#lib/byok/providers.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { seal } from '#services/platform/crypto/seal.ts'
import { toKeyView } from './list-keys.ts'
import { requireMasterKeys, sealContext } from './require-master-keys.ts'
import type { ProviderKeyInput, ProviderKeyView } from './schemas.ts'
import { type ProviderKeyRow, upsertKey } from './store.ts'

/** Keeps an account's key for a provider, sealed, in the place of an earlier one. */
export async function storeKey(
  ctx: ServiceContext,
  accountId: string,
  { provider, key, baseUrl }: ProviderKeyInput,
): Promise<ProviderKeyView> {
  const place = { accountId, provider }
  const sealed = seal(requireMasterKeys(ctx), key, sealContext(place))
  const now = ctx.clock()
  const facts = { masked: maskProviderKey(key), baseUrl: baseUrl ?? null, enabled: true }
  const row: ProviderKeyRow = { ...place, ...sealed, ...facts, createdAt: now, updatedAt: now }
  await upsertKey(ctx.db, row)
  ctx.log.info({ accountId, provider }, 'a provider key was stored')
  return toKeyView(row)
}
