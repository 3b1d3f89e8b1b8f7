import { findKeyProvider } from '#lib/byok/providers.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import type { ProviderKeyView } from './schemas.ts'
import { listKeys as listRows, type ProviderKeyRow } from './store.ts'

export const toKeyView = ({ provider, masked, enabled, baseUrl, updatedAt }: ProviderKeyRow): ProviderKeyView => ({
  provider,
  name: findKeyProvider(provider)?.name ?? provider,
  masked,
  enabled,
  baseUrl,
  updatedAt,
})

/** An account's keys, masked. None is opened for it. */
export const listKeys = async (ctx: ServiceContext, accountId: string): Promise<ProviderKeyView[]> =>
  (await listRows(ctx.db, accountId)).map(toKeyView)
