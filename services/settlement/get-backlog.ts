import type { ServiceContext } from '#services/platform/context.ts'
import { countReadings, oldestUnsettled } from './store.ts'

interface SettlementBacklog {
  /** Readings on their way to the chain. */
  readonly planned: number
  readonly submitted: number
  /** Readings that ended within the last day. */
  readonly sealed: number
  readonly failed: number
  /** Readings of any age on which chain and this side disagree. */
  readonly alarms: number
  /**
   * Age of the oldest billable call that no sealed reading carries, in ms; null when all is settled.
   */
  readonly unsettledMs: number | null
}

const DAY_MS = 86_400_000

/** How far behind settlement is. Usage of periods that can't settle any more doesn't count. */
export async function getSettlementBacklog(ctx: ServiceContext): Promise<SettlementBacklog> {
  const now = ctx.clock()
  const [counts, oldest] = await Promise.all([
    countReadings(ctx.db, ctx.deploymentId, new Date(now.getTime() - DAY_MS)),
    oldestUnsettled(ctx.db, ctx.deploymentId),
  ])
  return { ...counts, unsettledMs: oldest === null ? null : Math.max(0, now.getTime() - oldest.getTime()) }
}
