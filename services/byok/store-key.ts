import { maskProviderKey } from '#lib/byok/providers.ts'
import { AppError } from '#lib/errors/app-error.ts'
import { parseOutboundUrl } from '#services/clients/guarded-fetch/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { seal } from '#services/platform/crypto/seal.ts'
import { toKeyView } from './list-keys.ts'
import { providerReach } from './provider-fetch.ts'
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
  const facts = {
    masked: maskProviderKey(key),
    baseUrl: baseUrl ? normalAddress(ctx, baseUrl) : null,
    enabled: true,
    testedAt: null,
  }
  const row: ProviderKeyRow = { ...place, ...sealed, ...facts, createdAt: now, updatedAt: now }
  await upsertKey(ctx.db, row)
  ctx.log.info({ accountId, provider }, 'a provider key was stored')
  return toKeyView(row)
}

/** A base address as paths are put behind it. */
function normalAddress({ env }: ServiceContext, text: string): string {
  const { origin, pathname, search, hash } = parseOutboundUrl(text, { reach: providerReach(env) })
  if (search === '' && hash === '') return `${origin}${pathname.replace(/\/+$/, '')}`
  throw new AppError('address_refused', 'A base address has no ? and no #. Give it up to the part before /chat.')
}
