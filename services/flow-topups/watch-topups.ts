import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { creditTopups } from './credit-topups.ts'
import { priceTopups } from './price-topups.ts'
import { readArrivals } from './read-arrivals.ts'
import { advanceCursor, insertTopups, readCursor } from './store.ts'

/** Blocks of one round, at most; a process that was down for long catches up over several. */
const STEP = 1_000
/** Blocks before the first round that are looked at too: somebody may have paid before the oracle started. */
const LOOK_BACK = 1_000

/**
 * One round: writes down what arrived at the treasury, gives it a price, and credits what belongs to an account. Each
 * step stands by itself and may be repeated, by several processes at once. True: there is more to do.
 */
export async function watchTopups(ctx: ServiceContext): Promise<boolean> {
  requireSystem(ctx.actor)
  const treasury = ctx.env.credits.flowAddress
  if (treasury === null) return false
  const more = await look(ctx, treasury)
  await priceTopups(ctx)
  return (await creditTopups(ctx)) || more
}

/** What arrived, and up to where it was looked, are one transaction. */
async function look(ctx: ServiceContext, treasury: string): Promise<boolean> {
  const watched = { deploymentId: ctx.deploymentId, treasury }
  const { height: latest } = await ctx.chain.latestBlock()
  const before = (await readCursor(ctx.db, watched)) ?? Math.max(0, latest - LOOK_BACK)
  const to = Math.min(latest, before + STEP)
  // A node that is behind has nothing to tell yet.
  if (to <= before) return false
  const arrived = await readArrivals(ctx, { treasury, from: before + 1, to })
  const isNew = await withTransaction(ctx, async (tx) => {
    const count = await insertTopups(tx.db, arrived)
    await advanceCursor(tx.db, watched, to)
    return count
  })
  if (isNew > 0) ctx.log.info({ arrived: isNew, to }, 'FLOW arrived for credits')
  return to < latest
}
