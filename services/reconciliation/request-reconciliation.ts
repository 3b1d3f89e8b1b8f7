import { AppError } from '#lib/errors/app-error.ts'
import { dayName } from '#lib/period/day-name.ts'
import { requireAdmin } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { addToOutbox } from '#services/platform/outbox/add.ts'
import { toRunView } from './run-view.ts'
import type { ReconciliationInput, RunView } from './schemas.ts'
import { findRun, insertRun, listComparedKeys, type RunRow } from './store.ts'

/** Outbox kind of a run that waits to be carried out. */
export const RECONCILIATION_KIND = 'reconciliation.run'

/**
 * Asks for our events of some days to be compared with LiteLLM's books; the oracle carries it out, or the command that
 * asked. For the admin. Throws `not_permitted`; `invalid_request` for a day that has not begun, `not_found` for a key
 * that no vault has.
 */
export async function requestReconciliation(ctx: ServiceContext, input: ReconciliationInput): Promise<RunView> {
  const requestedBy = await requireAdmin(ctx)
  const { from, to, keyHash = null } = input
  if (to > dayName(ctx.clock())) {
    throw new AppError('invalid_request', 'The last day has not begun yet, in UTC. Nothing was compared.')
  }
  if (keyHash !== null) await requireKey(ctx, keyHash)
  const trigger = ctx.actor.kind === 'system' ? ('command' as const) : ('request' as const)
  const id = await addRun(ctx, { trigger, requestedBy, firstDay: from, lastDay: to, keyHash })
  const run = id === null ? null : await findRun(ctx.db, ctx.deploymentId, id)
  if (run) return toRunView(run)
  throw new AppError('internal', 'The comparison could not be asked for. Try again.')
}

async function requireKey(ctx: ServiceContext, keyHash: string): Promise<void> {
  const ever = { from: new Date(0), to: ctx.clock(), keyHash }
  if ((await listComparedKeys(ctx.db, ctx.deploymentId, ever)).length > 0) return
  throw new AppError('not_found', 'No subscription has a key with this hash. Nothing was compared.')
}

/**
 * Writes a run down, and the message that has it carried out; a command carries its own out. Null when the night's was
 * decided before.
 */
export async function addRun(
  ctx: ServiceContext,
  run: Pick<RunRow, 'trigger' | 'requestedBy' | 'firstDay' | 'lastDay' | 'keyHash'>,
): Promise<string | null> {
  const id = `reconciliation_${randomHex(12)}`
  const { deploymentId } = ctx
  return withTransaction(ctx, async (tx) => {
    const row = { ...run, id, deploymentId, status: 'pending' as const, createdAt: tx.clock() }
    if (!(await insertRun(tx.db, row))) return null
    const message = { kind: RECONCILIATION_KIND, dedupe: id, payload: { runId: id } }
    if (run.trigger !== 'command') await addToOutbox(tx, [message])
    return id
  })
}
