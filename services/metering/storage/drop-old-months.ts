import { setTimeout as sleep } from 'node:timers/promises'
import { type Period, periodOf, previousPeriod } from '#lib/period/period.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { sqlState } from '#services/platform/db/sql-state.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { listMiscountedPeriods } from '../rollups/store.ts'
import { dropMonth, isUnsettled, listKeptMonths, lockEvents } from './store.ts'

const LOCK_NOT_AVAILABLE = '55P03'
const TRIES = 5
const PAUSE_MS = 1_000

/** The oldest month that is kept: the current one, and the setting's number of months before it, one at the least. */
function oldestKept(now: Date, months: number): Period {
  let period = periodOf(now)
  for (let back = 0; back < Math.max(months, 1); back += 1) period = previousPeriod(period)
  return period
}

/**
 * Drops the single calls of whole months that are older than EVENT_RETENTION_MONTHS, and returns the months. A month
 * stays while anything of it is not settled, or its rollups lack a call. Identities and leaves stay for ever: a call
 * that comes again is still known, and an old root can still be proven.
 */
export async function dropOldMonths(ctx: ServiceContext): Promise<Period[]> {
  const { retentionMonths } = ctx.env.ingest
  if (retentionMonths === 0) return []
  const dropped: Period[] = []
  for (const month of await listKeptMonths(ctx.db, oldestKept(ctx.clock(), retentionMonths))) {
    if (await dropPatiently(ctx, month)) dropped.push(month)
    else ctx.log.info({ month }, 'an old month is kept: not all of it is settled and added up')
  }
  if (dropped.length > 0) ctx.log.info({ dropped }, 'the single calls of old months were dropped')
  return dropped
}

/** A long reader may hold the lock; it is left alone, and asked again. */
async function dropPatiently(ctx: ServiceContext, month: Period): Promise<boolean> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await withTransaction(ctx, (tx) => dropIfDone(tx, month))
    } catch (error) {
      if (sqlState(error) !== LOCK_NOT_AVAILABLE || tried === TRIES) throw error
      await sleep(PAUSE_MS)
    }
  }
}

async function dropIfDone(tx: ServiceContext, month: Period): Promise<boolean> {
  await lockEvents(tx.db)
  if (await isUnsettled(tx.db, tx.deploymentId, month)) return false
  const miscounted = await listMiscountedPeriods(tx.db, tx.deploymentId)
  if (miscounted.some(({ period }) => period === month)) return false
  await dropMonth(tx.db, month)
  return true
}
