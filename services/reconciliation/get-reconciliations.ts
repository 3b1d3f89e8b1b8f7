import { AppError } from '#lib/errors/app-error.ts'
import { requireAdmin } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { toRunView } from './run-view.ts'
import type { RunDetail, RunView } from './schemas.ts'
import { findRun, type KeyDayRow, listKeyDays, listRuns } from './store.ts'

const RUNS = 50
const DAYS = 200

/** The newest runs, newest first. For the admin. */
export async function listReconciliations(ctx: ServiceContext): Promise<{ runs: RunView[] }> {
  await requireAdmin(ctx)
  return { runs: (await listRuns(ctx.db, ctx.deploymentId, RUNS)).map(toRunView) }
}

/** A run with what it found, the worst first. For the admin. Throws `not_found`. */
export async function getReconciliation(ctx: ServiceContext, { runId }: { runId: string }): Promise<RunDetail> {
  await requireAdmin(ctx)
  const run = await findRun(ctx.db, ctx.deploymentId, runId)
  if (!run) throw new AppError('not_found', 'There is no such comparison. Check its id.')
  const days = await listKeyDays(ctx.db, runId, DAYS + 1)
  return { run: toRunView(run), days: days.slice(0, DAYS).map(toDayView), more: days.length > DAYS }
}

const toDayView = (row: KeyDayRow): RunDetail['days'][number] => ({
  keyHash: row.keyHash,
  vault: row.vaultId.toString(),
  day: row.day,
  comparedTo: row.comparedTo.toISOString(),
  result: row.result,
  figures: row.figures,
  differences: row.differences,
  differenceCount: row.differenceCount,
})
