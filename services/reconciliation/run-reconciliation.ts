import { OPERATOR, raiseAlerts } from '#services/alerts/index.ts'
import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { compareKeyDay } from './compare-key-day.ts'
import { addDays, daysFrom, isOver, startOfDay } from './day-span.ts'
import type { KeyDay } from './schemas.ts'
import {
  type ComparedKey,
  countResults,
  findOpenRun,
  listComparedKeys,
  type RunRow,
  saveKeyDay,
  sumCounted,
  updateRun,
} from './store.ts'

/** Differences that are kept of a key's day; how many there were is always told. */
const MOST_KEPT = 1_000

/**
 * Carries out a run that was asked for: each key on each day. Repeating it after a crash compares again and writes
 * over. Throws `litellm_unreachable` when LiteLLM doesn't answer; the run stays open then.
 */
export async function runReconciliation(ctx: ServiceContext, runId: string): Promise<void> {
  requireSystem(ctx.actor)
  const run = await findOpenRun(ctx.db, runId)
  if (!run || run.deploymentId !== ctx.deploymentId) return
  await updateRun(ctx.db, run.id, { status: 'running', startedAt: run.startedAt ?? ctx.clock(), error: null })
  for (const day of daysFrom(run.firstDay, run.lastDay)) {
    for (const key of await keysOf(ctx, run, day)) {
      const found = await compareKeyDay(ctx, key, day)
      if (found) await save(ctx, run, found)
    }
  }
  const foreignCalls = run.keyHash === null ? await countForeign(ctx, run) : null
  const results = await countResults(ctx.db, run.id)
  const counts = {
    matches: results.get('matches') ?? 0,
    explained: results.get('explained') ?? 0,
    unexplained: results.get('unexplained') ?? 0,
  }
  await updateRun(ctx.db, run.id, { status: 'done', finishedAt: ctx.clock(), foreignCalls, ...counts })
  ctx.log.info({ runId: run.id, ...counts, foreignCalls }, 'our events were compared with LiteLLM’s books')
}

const keysOf = (ctx: ServiceContext, run: RunRow, day: string): Promise<ComparedKey[]> =>
  listComparedKeys(ctx.db, ctx.deploymentId, {
    from: startOfDay(day),
    to: startOfDay(addDays(day, 1)),
    keyHash: run.keyHash,
  })

/** Writes down what was found; what nobody can explain is told to the operator in the same transaction. */
const save = (ctx: ServiceContext, run: RunRow, found: KeyDay): Promise<void> =>
  withTransaction(ctx, async (tx) => {
    const { figures, differences, ...about } = found
    await saveKeyDay(tx.db, {
      ...about,
      runId: run.id,
      deploymentId: tx.deploymentId,
      figures,
      differences: differences.slice(0, MOST_KEPT).map((difference) => ({ ...difference })),
      differenceCount: differences.length,
      createdAt: tx.clock(),
    })
    if (found.result === 'unexplained') await tellOperator(tx, run, found)
  })

async function tellOperator(
  tx: ServiceContext,
  run: RunRow,
  { keyHash, vaultId, day, differences }: KeyDay,
): Promise<void> {
  const open = differences.filter(({ explanation }) => explanation === null)
  const count = open.length === 1 ? '1 difference' : `${open.length} differences`
  const sentence =
    `On ${day} (UTC) our calls of subscription ${vaultId} and LiteLLM’s books have ${count} that nothing explains. ` +
    `Look at run ${run.id} of the reconciliation.`
  tx.log.error(
    { runId: run.id, keyHash, day, differences: open.slice(0, 20) },
    'unexplained differences from LiteLLM’s books',
  )
  await raiseAlerts(tx, [
    {
      kind: 'books_differ',
      severity: 'critical',
      to: OPERATOR,
      account: `vault:${vaultId}`,
      dedupe: `books_differ:${keyHash}:${day}`,
      sentence,
      data: { runId: run.id, keyHash, day, differences: open.slice(0, 20) },
    },
  ])
}

/** Calls that LiteLLM answered on days that are over, under keys that no vault has: the master key, or others' keys. */
async function countForeign(ctx: ServiceContext, run: RunRow): Promise<number | null> {
  let foreign = 0n
  for (const day of daysFrom(run.firstDay, run.lastDay)) {
    if (!isOver(ctx, day)) continue
    const all = await ctx.litellm.dayTotals(day, null)
    if (all === null) return null
    foreign += all.successes - (await sumCounted(ctx.db, run.id, day))
  }
  // A call that was counted between two answers would make it negative.
  return foreign > 0n ? Number.parseInt(foreign.toString(), 10) : 0
}
