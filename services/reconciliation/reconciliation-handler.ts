import { AppError } from '#lib/errors/app-error.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import type { ClaimedMessage, OutboxHandler, Outcome } from '#services/platform/outbox/dispatch.ts'
import { RECONCILIATION_KIND } from './request-reconciliation.ts'
import { runReconciliation } from './run-reconciliation.ts'
import { updateRun } from './store.ts'

/** After so many tries a run is given up: the next night compares its days too. */
const MOST_TRIES = 20

/** Carries out runs that were asked for, one at a time. */
export const reconciliationHandler: OutboxHandler = {
  kind: RECONCILIATION_KIND,
  batch: 1,
  async handle(ctx, messages) {
    const outcomes = new Map<bigint, Outcome>()
    for (const message of messages) outcomes.set(message.id, await carryOut(ctx, message))
    return outcomes
  },
}

async function carryOut(ctx: ServiceContext, { payload, attempts }: ClaimedMessage): Promise<Outcome> {
  const runId = String(payload['runId'])
  try {
    await runReconciliation(ctx, runId)
    return { kind: 'done' }
  } catch (cause) {
    const error = cause instanceof AppError ? cause.publicMessage : 'internal error'
    ctx.log.warn({ err: cause, runId, attempts }, 'a comparison with LiteLLM’s books did not come to its end')
    const isLast = attempts + 1 >= MOST_TRIES
    await updateRun(ctx.db, runId, isLast ? { status: 'failed', finishedAt: ctx.clock(), error } : { error })
    return isLast ? { kind: 'done' } : { kind: 'error', error }
  }
}
