import { ingestEvents } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { countItems } from '#services/platform/telemetry.ts'
import { listUnmeteredHolds } from '../store.ts'
import { readHoldFacts } from './hold-facts.ts'
import { eventOf } from './own-events.ts'

/** The plug-in's event is richer, and there by then. */
const PATIENCE_MS = 60_000
/** A new process looks back as far as another may have been down. */
const LOOK_BACK_MS = 7 * 86_400_000
/** A transaction may become visible so long after the time that it wrote. */
const OVERLAP_MS = 60_000
const TOGETHER = 500

/**
 * A round that meters requests which no other road has told of: their usage is known from the hold that was posted.
 * Whichever road comes later finds the same identity.
 */
export function createOwnEventReporter(): (ctx: ServiceContext) => Promise<boolean> {
  let from: Date | null = null
  return async (ctx) => {
    const now = ctx.clock().getTime()
    const to = new Date(now - PATIENCE_MS)
    const begin: Date = from ?? new Date(now - LOOK_BACK_MS)
    const holds = await listUnmeteredHolds(ctx.db, { from: begin, to, limit: TOGETHER })
    const items = holds.flatMap(({ id, facts }) => {
      const known = readHoldFacts(facts)
      return known ? [{ raw: eventOf(id, known) }] : []
    })
    if (items.length > 0) countItems('gateway', await ingestEvents(ctx, { road: 'gateway', items }))
    const isAll = holds.length < TOGETHER
    from = isAll ? new Date(to.getTime() - OVERLAP_MS) : (holds.at(-1)?.endedAt ?? begin)
    return !isAll
  }
}
