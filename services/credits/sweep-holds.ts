import type { Usd } from '#lib/money/units.ts'
import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import type { HoldWriter } from './hold-writer.ts'
import type { Facts } from './schemas.ts'
import { type HoldRow, listExpiredHolds } from './store.ts'

/** What the usage that was metered for a request comes to; null: no trace of it. */
export type FindCost = (hold: HoldRow) => Promise<{ cost: Usd | null; facts: Facts } | null>

const TOGETHER = 200

/**
 * Ends holds that nobody ended in their time: the request's process died. Each is resolved from what was metered; only
 * one that left no trace expires. The number of holds that were ended.
 */
export async function sweepHolds(ctx: ServiceContext, writer: HoldWriter, findCost: FindCost): Promise<number> {
  requireSystem(ctx.actor)
  const holds = await listExpiredHolds(ctx.db, ctx.clock(), TOGETHER)
  await Promise.all(
    holds.map(async (hold) => {
      const found = await findCost(hold)
      return found ? writer.end({ id: hold.id, ...found }) : writer.expire(hold.id)
    }),
  )
  return holds.length
}
