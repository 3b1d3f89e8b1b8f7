import { AppError } from '#lib/errors/app-error.ts'
import { requireHolder } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { viewOf } from './key-view.ts'
import type { AccountKeyChange, AccountKeyView } from './schemas.ts'
import { findOwnKey, updateOwnKey } from './store.ts'

const MISSING = 'You have no such key. It may have been revoked: look at the list.'

/** Changes a key's name, power level or models; requests from then on are held to it. */
export async function updateAccountKey(
  ctx: ServiceContext,
  { keyId, change }: { keyId: string; change: AccountKeyChange },
): Promise<AccountKeyView> {
  const accountId = requireHolder(ctx.actor)
  const { name, power, models } = change
  const set = {
    ...(name === undefined ? {} : { name }),
    ...(power === undefined ? {} : { power }),
    ...(models === undefined ? {} : { models }),
  }
  const isEmpty = Object.keys(set).length === 0
  const key = isEmpty ? await findOwnKey(ctx.db, accountId, keyId) : await updateOwnKey(ctx.db, accountId, keyId, set)
  if (!key || key.revokedAt !== null) throw new AppError('key_missing', MISSING)
  return viewOf(key)
}
