import { AppError } from '#lib/errors/app-error.ts'
import type { Usd } from '#lib/money/units.ts'
import { requireAdmin } from '#services/auth/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { grantCredits } from './grant-credits.ts'
import { findGrant } from './store.ts'

/** What an admin does to an account's books, with the reason that its customer reads too. */
export interface AdminEntry {
  readonly accountId: string
  readonly amount: Usd
  readonly reason: string
  /** The admin's own id of the request: a second click books nothing. */
  readonly requestKey: string
}

/** Gives an account credits, by the admin; such that would have ended by now are refused. */
export async function giveCredits(
  ctx: ServiceContext,
  { accountId, amount, reason, requestKey, expiresAt }: AdminEntry & { readonly expiresAt: Date | null },
): Promise<{ id: string; isNew: boolean }> {
  const by = await requireAdmin(ctx)
  const grantId = `admin:${requestKey}`
  const id = `grant:${grantId}`
  return withTransaction(withActor(ctx, { kind: 'system', job: 'admin' }), async (tx) => {
    const { isNew } = await grantCredits(tx, { grantId, accountId, amount, expiresAt, facts: { reason, by } })
    if (isNew && expiresAt && expiresAt <= tx.clock()) throw ended()
    const end = isNew ? expiresAt : ((await findGrant(tx.db, id))?.expiresAt ?? null)
    if (end?.getTime() !== expiresAt?.getTime()) throw otherEnd()
    return { id, isNew }
  })
}

function ended(): AppError {
  const message = 'The credits would have ended by now. Nothing was given. Choose a time to come.'
  return new AppError('invalid_request', message, { details: { fields: [{ field: 'expires_at', message }] } })
}

const otherEnd = (): AppError =>
  new AppError('idempotency_conflict', 'Credits with another end were given under this id before. Use another id.')
