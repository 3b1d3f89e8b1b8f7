import type { ServiceContext } from '#services/platform/context.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { addToOutbox } from '#services/platform/outbox/add.ts'
import type { NewAlert } from './schemas.ts'
import { insertAlerts } from './store.ts'

/** Outbox kind of an alert that is to be brought to those whom it is for. */
export const ADDRESS_KIND = 'alerts.address'

/**
 * Tells somebody something, once: what has the same identity as an earlier alert tells nothing. The alert and the
 * message that delivers it are one transaction, the caller's if there is one. Returns how many were new.
 */
export async function raiseAlerts(ctx: ServiceContext, raised: readonly NewAlert[]): Promise<number> {
  if (raised.length === 0) return 0
  const now = ctx.clock().getTime()
  const rows = raised.map(({ to, ...alert }, i) => ({
    ...alert,
    data: { ...alert.data },
    id: `alert_${randomHex(12)}`,
    deploymentId: ctx.deploymentId,
    audience: to === 'owner' ? null : to,
    // What is raised last stands first in a list of the newest.
    createdAt: new Date(now + i),
  }))
  return withTransaction(ctx, async (tx) => {
    const fresh = await insertAlerts(tx.db, rows)
    await addToOutbox(
      tx,
      fresh.map(({ id }) => ({ kind: ADDRESS_KIND, dedupe: id, payload: { alertId: id } })),
    )
    return fresh.length
  })
}
