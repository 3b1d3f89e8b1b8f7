import { AppError } from '#lib/errors/app-error.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { toKeyView } from './list-keys.ts'
import type { ProviderKeyView } from './schemas.ts'
import { setEnabled } from './store.ts'

/** Lets a stored key be used, or not. */
export async function toggleKey(
  ctx: ServiceContext,
  { accountId, provider, enabled }: { accountId: string; provider: string; enabled: boolean },
): Promise<ProviderKeyView> {
  const row = await setEnabled(ctx.db, { accountId, provider }, { enabled, updatedAt: ctx.clock() })
  if (row) return toKeyView(row)
  throw new AppError('key_missing', `No key for ${provider} is stored. Add it first.`)
}
