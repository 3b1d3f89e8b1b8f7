import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { raiseAlerts } from './raise-alerts.ts'
import { type NewAlert, OPERATOR } from './schemas.ts'
import { findCondition, lockCondition, setResolved } from './store.ts'

/** What comes back so soon after it was over is the same trouble, and is not told again. */
const QUIET_MS = 15 * 60_000

export type Condition = Pick<NewAlert, 'kind' | 'severity' | 'sentence' | 'data'>

/**
 * Tells the operator of a condition when it begins, and notes when it is over: `found` is null while all is well.
 * However often and by however many it is looked at, each time it holds is told once.
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
    if (isOpen) return
    const now = tx.clock()
    const quietSince = last?.resolvedAt?.getTime() ?? Number.NEGATIVE_INFINITY
    if (last && now.getTime() - quietSince < QUIET_MS) await setResolved(tx.db, last.id, null)
    else {
      const dedupe = `${subject}#${now.getTime()}`
      await raiseAlerts(tx, [{ ...found, to: OPERATOR, account: null, dedupe }])
    }
  })
}
