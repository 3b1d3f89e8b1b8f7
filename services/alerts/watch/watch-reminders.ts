import { subscriptionEventsNamed } from '#lib/flow/events.ts'
import { showFlow } from '#lib/format/money.ts'
import { formatFlow } from '#lib/money/decimal.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { raiseAlerts } from '../raise-alerts.ts'
import type { NewAlert } from '../schemas.ts'
import { readCursor, saveCursor } from './store.ts'

/** Blocks of one round, at most; a process that was down for long catches up over several. */
const STEP = 1_000

/**
 * Tells owners what the chain says of their vaults running low, each event once: what was read and the alerts of it are
 * one transaction. The first round of a deployment begins at the newest block.
 */
export async function watchReminders(ctx: ServiceContext): Promise<boolean> {
  const cursor = `top-up/${ctx.deploymentId}`
  const { height: latest } = await ctx.chain.latestBlock()
  const before = await readCursor(ctx.db, cursor)
  if (before === null) {
    await saveCursor(ctx.db, cursor, latest)
    return false
  }
  const to = Math.min(latest, before + STEP)
  if (to <= before) return false
  const type = ctx.chain.eventType('VaultControls.TopUpNeeded')
  const found = await ctx.chain.events(type, before + 1, to)
  const alerts = found.flatMap((event) =>
    subscriptionEventsNamed('TopUpNeeded', [event]).map(({ id, free, below }): NewAlert => {
      const sentence =
        `Subscription ${id} has ${showFlow(free)} left that is not owed, ` +
        `below the ${showFlow(below)} at which you wanted to be reminded. Deposit FLOW to keep its key working.`
      const data = { txId: event.txId, free: formatFlow(free), below: formatFlow(below) }
      const dedupe = `top_up:${event.txId}:${id}`
      return { kind: 'top_up_needed', severity: 'warning', to: 'owner', account: `vault:${id}`, dedupe, sentence, data }
    }),
  )
  await withTransaction(ctx, async (tx) => {
    await raiseAlerts(tx, alerts)
    await saveCursor(tx.db, cursor, to)
  })
  return to < latest
}
