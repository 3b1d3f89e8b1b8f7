import type { ServiceContext } from '#services/platform/context.ts'
import { rebuildPeriods, type RollupReport } from './rebuild-rollups.ts'
import { listMiscountedPeriods } from './store.ts'

/**
 * Rebuilds the rollups that hold another number of calls than were stored: of events that are older than the rollups,
 * and whatever else went wrong. One query finds out that there is nothing to do.
 */
export async function healRollups(ctx: ServiceContext): Promise<RollupReport> {
  const report = await rebuildPeriods(ctx, await listMiscountedPeriods(ctx.db, ctx.deploymentId))
  if (report.differing > 0) ctx.log.warn(describe(report), 'rollups did not hold every call, and were rebuilt')
  if (report.dropped > 0) ctx.log.error(describe(report), 'rollups of months that are not kept do not hold every call')
  return report
}

const describe = ({ missing, ...report }: RollupReport): object => ({
  ...report,
  missing: Object.fromEntries(Object.entries(missing).map(([measure, count]) => [measure, count.toString()])),
})
