import { AppError } from '#lib/errors/app-error.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import type { OutboxHandler, Outcome } from '#services/platform/outbox/dispatch.ts'
import { findKeys } from '../store.ts'
import { REFUSED_FIELD, refusedEntry } from './refused-entry.ts'
import { KEY_LIMITS_KIND } from './restrict-keys.ts'
import { type KeyLimitsRow, noteApplied, readKeyLimits } from './store.ts'

const BATCH = 10
/** Who should be refused is served while LiteLLM is away and comes back: so it is told again soon. */
const UNREACHABLE_MS = 500

/** Tells LiteLLM what the limits on keys have it refuse. */
export const keyLimitsHandler: OutboxHandler = {
  kind: KEY_LIMITS_KIND,
  batch: BATCH,
  async handle(ctx, messages) {
    const outcomes = messages.map(async ({ id, payload }) => [id, await tell(ctx, String(payload['keyId']))] as const)
    return new Map(await Promise.all(outcomes))
  },
}

const tell = (ctx: ServiceContext, keyId: string): Promise<Outcome> =>
  matchLitellm(ctx, keyId).then(
    () => ({ kind: 'done' }),
    (error: unknown) => outcomeOf(ctx, keyId, error),
  )

function outcomeOf({ log }: ServiceContext, keyId: string, error: unknown): Outcome {
  const isAway = error instanceof AppError && error.code === 'litellm_unreachable'
  if (isAway) return { kind: 'later', afterMs: UNREACHABLE_MS }
  log.error({ err: error, keyId }, 'LiteLLM could not be told of the limits on a key')
  return { kind: 'error', error: String(error) }
}

/**
 * Tells LiteLLM what the row says, without a lock: whoever finds afterwards that the row has changed tells it again, so
 * that of several that overtake each other the last to end leaves the newest state.
 */
async function matchLitellm(ctx: ServiceContext, keyId: string): Promise<void> {
  for (let told = -1; ;) {
    const row = await readKeyLimits(ctx.db, keyId)
    const isTold = told === -1 ? row?.appliedRevision === row?.revision : row?.revision === told
    if (!row || isTold) return
    const [key] = await findKeys(ctx.db, ctx.deploymentId, [keyId])
    if (!key?.keyHash || !key.isLive) return
    await restrict(ctx, key.keyHash, row)
    await noteApplied(ctx.db, keyId, row.revision)
    told = row.revision
  }
}

async function restrict(ctx: ServiceContext, keyHash: string, { refused, budgets }: KeyLimitsRow): Promise<void> {
  const known = await ctx.litellm.keyInfo(keyHash)
  // A key that LiteLLM doesn't have is refused there, whatever we wish.
  if (!known || known.status === 'deleted') return
  const { [REFUSED_FIELD]: _, ...rest } = known.metadata
  const entries = refused.map(refusedEntry)
  await ctx.litellm.restrictKey(keyHash, {
    metadata: entries.length > 0 ? { ...rest, [REFUSED_FIELD]: entries } : rest,
    budgets,
  })
}
