import { ingestEvents } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { countItems } from '#services/platform/telemetry.ts'
import { type HoldCursor, listUnmeteredHolds } from '../store.ts'
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
  let after: HoldCursor | null = null
  return async (ctx) => {
    const now = ctx.clock().getTime()
    const to = new Date(now - PATIENCE_MS)
    const begin: HoldCursor = after ?? { endedAt: new Date(now - LOOK_BACK_MS), id: '' }
    const holds = await listUnmeteredHolds(ctx.db, { after: begin, to, limit: TOGETHER })
    const items = holds.flatMap(({ id, facts }) => {
      const known = readHoldFacts(facts)
      return known ? [{ raw: eventOf(id, known) }] : []
    })
    if (items.length > 0) countItems('gateway', await ingestEvents(ctx, { road: 'gateway', items }))
    const last = holds.length < TOGETHER ? null : holds.at(-1)
    after = last?.endedAt
      ? { endedAt: last.endedAt, id: last.id }
      : { endedAt: new Date(to.getTime() - OVERLAP_MS), id: '' }
    return last !== null
  }
}
