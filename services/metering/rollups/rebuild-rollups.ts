import { compareRollups, type RollupDifference } from '#lib/metering/compare-rollups.ts'
import { rollUp } from '#lib/metering/roll-up.ts'
import { addMeasures, type Measures, NO_USAGE } from '#lib/metering/usage-measures.ts'
import { nextPeriod, type Period, periodStart } from '#lib/period/period.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { requireCollector } from '../require-collector.ts'
import {
  type CountedPeriod,
  deleteCells,
  type Granularity,
  insertSeries,
  listCountedPeriods,
  lockKeptPeriod,
  readCells,
  replaceCells,
  type Stretch,
  sumEvents,
} from './store.ts'

/** A period with more calls is done day by day, so that its ingest waits for a moment only. */
const LARGE = 100_000
const DAY_MS = 86_400_000

/** What a rebuild found. All zeros but `periods` and `cells`: the rollups were right. */
export interface RollupReport {
  /** Vaults' periods looked at. */
  readonly periods: number
  /** Of them, those whose events are not kept any more: their rollups stay as they are. */
  readonly dropped: number
  /** Hourly and daily cells that their events give. */
  readonly cells: number
  /** Cells that were wrong, missing, or without usage. */
  readonly differing: number
  /** What was missing in the hourly cells; negative where they held too much. */
  readonly missing: Readonly<Measures>
}

const NOTHING: RollupReport = { periods: 0, dropped: 0, cells: 0, differing: 0, missing: NO_USAGE }

function sum(a: RollupReport, b: RollupReport): RollupReport {
  const missing = { ...a.missing }
  addMeasures(missing, b.missing)
  return {
    periods: a.periods + b.periods,
    dropped: a.dropped + b.dropped,
    cells: a.cells + b.cells,
    differing: a.differing + b.differing,
    missing,
  }
}

/**
 * Adds every event up again, of one month or of all, and puts rollups right that differ. Ingest goes on: each vault's
 * period is done under its lock. What it finds must be nothing.
 */
export async function rebuildRollups(ctx: ServiceContext, month: Period | null = null): Promise<RollupReport> {
  requireCollector(ctx.actor)
  return rebuildPeriods(ctx, await listCountedPeriods(ctx.db, ctx.deploymentId, month))
}

/** The same for chosen periods of vaults. */
export async function rebuildPeriods(ctx: ServiceContext, periods: readonly CountedPeriod[]): Promise<RollupReport> {
  let report = NOTHING
  for (const period of periods) report = sum(report, await rebuildPeriod(ctx, period))
  return report
}

async function rebuildPeriod(ctx: ServiceContext, counted: CountedPeriod): Promise<RollupReport> {
  let report: RollupReport = { ...NOTHING, periods: 1 }
  for (const stretch of stretchesOf(counted)) {
    const found = await withTransaction(ctx, (tx) => rebuildStretch(tx, stretch))
    if (found === null) return { ...report, dropped: 1 }
    report = sum(report, found)
  }
  return report
}

function stretchesOf({ vaultId, period, eventCount }: CountedPeriod): Stretch[] {
  const [from, to] = [periodStart(period), periodStart(nextPeriod(period))]
  if (eventCount <= LARGE) return [{ vaultId, period, from, to }]
  const days = Math.round((to.getTime() - from.getTime()) / DAY_MS)
  const midnight = (day: number): Date => new Date(from.getTime() + day * DAY_MS)
  return Array.from({ length: days }, (_, day) => ({ vaultId, period, from: midnight(day), to: midnight(day + 1) }))
}

/** Null when the events are not kept any more. */
async function rebuildStretch(tx: ServiceContext, stretch: Stretch): Promise<RollupReport | null> {
  if (!(await lockKeptPeriod(tx.db, tx.deploymentId, stretch))) return null
  const right = rollUp(await sumEvents(tx.db, tx.deploymentId, stretch))
  await insertSeries(tx.db, right.series)
  const compare = async (granularity: Granularity): Promise<RollupDifference> =>
    compareRollups(await readCells(tx.db, tx.deploymentId, stretch, granularity), right[granularity])
  const [hourly, daily] = [await compare('hourly'), await compare('daily')]
  for (const [granularity, { wrong, excess }] of Object.entries({ hourly, daily }) as [
    Granularity,
    RollupDifference,
  ][]) {
    await deleteCells(tx.db, granularity, excess)
    await replaceCells(tx.db, granularity, wrong)
  }
  const parts = [hourly, daily].flatMap(({ wrong, excess }) => [...wrong, ...excess])
  const cells = right.hourly.length + right.daily.length
  return { ...NOTHING, cells, differing: parts.length, missing: hourly.missing }
}
