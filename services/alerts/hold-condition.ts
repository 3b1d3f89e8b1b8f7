import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { raiseAlerts } from './raise-alerts.ts'
import { type NewAlert, OPERATOR } from './schemas.ts'
import { type AlertRow, findCondition, lockCondition, setResolved } from './store.ts'

/** What comes back so soon after it was over is the same trouble, and is not told again. */
const QUIET_MS = 15 * 60_000

/** What goes on becoming worse is told again so long after it was told. */
const AGAIN_MS = 86_400_000

export interface Condition extends Pick<NewAlert, 'kind' | 'severity' | 'sentence' | 'data'> {
  /** When it last became worse; absent: it only goes on. */
  readonly worseAt?: Date | null
}

/**
 * Tells the operator of a condition when it begins, and notes when it is over: `found` is null while all is well.
 * However often and by however many it is looked at, each time it holds is told once, and once a day while it becomes
 * worse.
 */
export function holdCondition(ctx: ServiceContext, subject: string, found: Condition | null): Promise<void> {
  return withTransaction(ctx, async (tx) => {
    await lockCondition(tx.db, tx.deploymentId, subject)
    const last = await findCondition(tx.db, tx.deploymentId, subject)
    const isOpen = last !== null && last.resolvedAt === null
    if (!found) {
      if (isOpen) await setResolved(tx.db, last.id, tx.clock())
      return
    }
    const now = tx.clock()
    if (isOpen && !isToldAgain(last, found, now)) return
    const quietSince = last?.resolvedAt?.getTime() ?? Number.NEGATIVE_INFINITY
    if (last && now.getTime() - quietSince < QUIET_MS) await setResolved(tx.db, last.id, null)
    else {
      if (isOpen) await setResolved(tx.db, last.id, now)
      const { worseAt: _, ...alert } = found
      await raiseAlerts(tx, [{ ...alert, to: OPERATOR, account: null, dedupe: `${subject}#${now.getTime()}` }])
    }
  })
}

const isToldAgain = (last: AlertRow, { worseAt = null }: Condition, now: Date): boolean =>
  worseAt !== null && worseAt > last.createdAt && now.getTime() - last.createdAt.getTime() >= AGAIN_MS
