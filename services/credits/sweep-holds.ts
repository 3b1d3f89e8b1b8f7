import type { Usd } from '#lib/money/units.ts'
import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import type { HoldWriter } from './hold-writer.ts'
import type { Facts } from './schemas.ts'
import { type HoldRow, listExpiredHolds } from './store.ts'

/** What became of a request whose hold nobody ended: a cost (null: it failed), no trace, or not known yet. */
export type HoldVerdict =
  | { readonly kind: 'ended'; readonly cost: Usd | null; readonly facts: Facts }
  | { readonly kind: 'lost' }
  | { readonly kind: 'wait' }

/** What the usage that was metered for requests comes to, for each of them in their order. */
export type JudgeHolds = (holds: readonly HoldRow[]) => Promise<readonly HoldVerdict[]>

const TOGETHER = 200

/**
 * Ends holds that nobody ended in their time: the request's process died, or lost sight of it. Each is resolved from
 * what was metered; one expires only when it is certain that it left no trace. The number of holds that were ended.
 */
export async function sweepHolds(ctx: ServiceContext, writer: HoldWriter, judge: JudgeHolds): Promise<number> {
  requireSystem(ctx.actor)
  const now = ctx.clock()
  let ended = 0
  for (let after: HoldRow | null = null; ;) {
    const holds: HoldRow[] = await listExpiredHolds(ctx.db, { now, after, limit: TOGETHER })
    const verdicts = await judge(holds)
    const endings = holds.map((hold, i) => endHold(writer, hold, verdicts[i] ?? { kind: 'wait' }))
    ended += (await Promise.all(endings)).filter(Boolean).length
    if (holds.length < TOGETHER) return ended
    after = holds.at(-1) ?? null
  }
}

async function endHold(writer: HoldWriter, { id }: HoldRow, verdict: HoldVerdict): Promise<boolean> {
  if (verdict.kind === 'wait') return false
  if (verdict.kind === 'ended') await writer.end({ id, cost: verdict.cost, facts: verdict.facts })
  else await writer.expire(id)
  return true
}
