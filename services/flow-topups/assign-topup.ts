import { AppError } from '#lib/errors/app-error.ts'
import { requireAdmin } from '#services/auth/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { bookTopup } from './credit-topups.ts'
import { findSenderAccount, lockTopup } from './store.ts'

export interface Assignment {
  /** As the list names it: transaction and place. */
  readonly topupId: string
  readonly accountId: string
  /** Its customer reads it too. */
  readonly reason: string
}

const missing = (): AppError =>
  new AppError('not_found', 'No such FLOW arrived here. Nothing was changed: check the transaction.')

const unpriced = (isTooSmall: boolean): AppError =>
  new AppError(
    'topup_unpriced',
    isTooSmall
      ? 'This FLOW is worth less than the smallest amount of credits. Nothing was changed.'
      : 'This FLOW has no price yet, as there is no rate that counts. Assign it when it has one.',
  )

const taken = (): AppError =>
  new AppError('topup_taken', 'This FLOW belongs to another account. Nothing was changed: look at the list again.')

/**
 * Credits FLOW whose sender has no account to the account that the admin names. The lock on the arrival lets one
 * assignment through, whoever asks at once; asking for the same again changes nothing.
 */
export async function assignTopup(
  ctx: ServiceContext,
  { topupId, accountId, reason }: Assignment,
): Promise<{ isNew: boolean }> {
  const by = await requireAdmin(ctx)
  const system = withActor(ctx, { kind: 'system', job: 'admin' })
  const isNew = await withTransaction(system, async (tx) => {
    const topup = await lockTopup(tx.db, `${ctx.deploymentId}:${topupId}`)
    if (!topup) throw missing()
    if (topup.state === 'credited' && topup.accountId === accountId) return false
    const owner = topup.accountId ?? (await findSenderAccount(tx.db, topup.id))
    if (owner !== null && owner !== accountId) throw taken()
    if (topup.state !== 'priced') throw unpriced(topup.state === 'too_small')
    await bookTopup(tx, topup, { accountId, told: { reason, by } })
    return true
  })
  if (isNew) ctx.log.info({ topup: topupId, accountId, by }, 'FLOW that arrived was assigned to an account')
  return { isNew }
}
