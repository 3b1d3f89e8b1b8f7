import { AppError } from '#lib/errors/app-error.ts'
import { armAnew } from '#lib/limits/judge-limit.ts'
import { windowAt } from '#lib/limits/limit-window.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { exists } from './create-limit.ts'
import { measureAll, parseAmount, viewLimit } from './limit-view.ts'
import { requireLimitRight } from './require-limit-right.ts'
import type { LimitChange, LimitView } from './schemas.ts'
import { findLimit, type LimitRow, listStanding, lockAccount, updateLimit } from './store.ts'

const missing = (): AppError =>
  new AppError('limit_missing', 'There is no such limit. It may have been removed. Reload the page.')

/** A limit that the caller may change; removed ones too. */
export async function requireLimit(ctx: ServiceContext, id: string): Promise<LimitRow> {
  const row = await findLimit(ctx.db, ctx.deploymentId, id)
  if (!row) throw missing()
  await requireLimitRight(ctx, row.account)
  return row
}

/**
 * Changes a limit's amount or kind. Thresholds that the usage is below of afterwards are told again; a block that is
 * not due any more is lifted within a second. Repeating a change does nothing.
 */
export async function changeLimit(ctx: ServiceContext, input: LimitChange & { id: string }): Promise<LimitView> {
  const seen = await requireLimit(ctx, input.id)
  // The schedules that the measuring needs are read before the transaction.
  await viewLimit(ctx, seen)
  const row = await withTransaction(ctx, async (tx) => {
    await lockAccount(tx.db, tx.deploymentId, seen.account)
    const limit = await findLimit(tx.db, tx.deploymentId, input.id)
    if (!limit || limit.removedAt) throw missing()
    return changeInTransaction(tx, limit, input)
  })
  return viewLimit(ctx, row)
}

async function changeInTransaction(tx: ServiceContext, limit: LimitRow, change: LimitChange): Promise<LimitRow> {
  const amount = change.amount === undefined ? limit.amount : parseAmount(limit.metric, change.amount)
  const kind = change.kind ?? limit.kind
  if (amount === limit.amount && kind === limit.kind) return limit
  if (kind !== limit.kind) await requireOnly(tx, { ...limit, kind })
  const window = windowAt(limit.per, tx.clock())
  const [used = 0n] = await measureAll(tx, [{ limit, window }])
  const armings = armAnew(limit.armings, { amount, used, window: window.key, revision: limit.revision + 1 })
  const changed = await updateLimit(tx.db, limit.id, { amount, kind, armings, updatedAt: tx.clock() })
  if (changed) return changed
  throw missing()
}

async function requireOnly(tx: ServiceContext, limit: LimitRow): Promise<void> {
  const fields = ['scope', 'value', 'metric', 'per', 'kind'] as const
  const others = await listStanding(tx.db, tx.deploymentId, [limit.account])
  const isSame = (other: LimitRow): boolean => fields.every((field) => other[field] === limit[field])
  if (others.some((other) => other.id !== limit.id && isSame(other))) throw exists()
}
