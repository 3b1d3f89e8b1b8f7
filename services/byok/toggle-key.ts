import { AppError } from '#lib/errors/app-error.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { setEnabled } from './store.ts'

/** Lets a stored key be used, or not. */
export async function toggleKey(
  ctx: ServiceContext,
  { accountId, provider, enabled }: { accountId: string; provider: string; enabled: boolean },
): Promise<void> {
  if (await setEnabled(ctx.db, { accountId, provider }, enabled, ctx.clock())) return
  throw new AppError('key_missing', `No key for ${provider} is stored. Add it first.`)
}
