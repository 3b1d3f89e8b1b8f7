import { AppError } from '#lib/errors/app-error.ts'
import { requireHolder } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { findOwnKey, markKeyRevoked } from './store.ts'

/** Revokes a key for good; requests that were let in finish and are paid. Repeating it does nothing. */
export async function revokeAccountKey(ctx: ServiceContext, { keyId }: { keyId: string }): Promise<void> {
  const accountId = requireHolder(ctx.actor)
  if (!(await findOwnKey(ctx.db, accountId, keyId))) {
    throw new AppError('key_missing', 'You have no such key. Look at the list.')
  }
  await markKeyRevoked(ctx.db, accountId, keyId, ctx.clock())
}
