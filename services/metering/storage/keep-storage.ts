import { nextPeriod, periodOf } from '#lib/period/period.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { requireCollector } from '../require-collector.ts'
import { healRollups } from '../rollups/heal-rollups.ts'
import { ensurePartitions } from '../store.ts'
import { dropOldMonths } from './drop-old-months.ts'

/** Once a day: has the coming two months' partitions ready, looks after the rollups, drops months that are too old. */
export async function keepStorage(ctx: ServiceContext): Promise<void> {
  requireCollector(ctx.actor)
  const next = nextPeriod(periodOf(ctx.clock()))
  await ensurePartitions(ctx.db, [next, nextPeriod(next)])
  await healRollups(ctx)
  await dropOldMonths(ctx)
}
