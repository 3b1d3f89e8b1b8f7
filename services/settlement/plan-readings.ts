import { periodOf, previousPeriod } from '#lib/period/period.ts'
import { MOST_READINGS } from '#lib/settlement/reading-batches.ts'
import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { addToOutbox } from '#services/platform/outbox/add.ts'
import { getReports } from '#services/vaults/index.ts'
import { holdAfterRefusal } from './hold-period.ts'
import type { OnStep, UnsettledPeriod } from './schemas.ts'
import { insertReading, lastSequence, listUnsettled, lockContent } from './store.ts'

/** Outbox kind of a reading on its way to the chain. */
export const READING_KIND = 'settlement.reading'

export interface PlanOptions {
  /** `past`: only periods that are over, which wait for nothing. */
  readonly scope?: 'all' | 'past'
  /** Only these vaults; all of them if absent. */
  readonly vaultIds?: readonly bigint[]
  readonly onStep?: OnStep
}

/**
 * Plans a cumulative reading for each vault with unsettled usage, oldest period first, and hands it to the outbox in
 * the same transaction. Calls that cost nothing wait for the next one that does; once their month is over none may
 * come, so they get a reading of their own. A vault has one open reading at most. Returns how many were planned.
 */
export async function planReadings(ctx: ServiceContext, options: PlanOptions = {}): Promise<number> {
  const { scope = 'all', vaultIds, onStep } = options
  requireSystem(ctx.actor)
  const now = ctx.clock()
  const upTo = scope === 'past' ? previousPeriod(periodOf(now)) : periodOf(now)
  const unsettled = await listUnsettled(ctx.db, ctx.deploymentId, { now, upTo, limit: MOST_READINGS, vaultIds })
  if (unsettled.length === 0) return 0
  const vaults = await getReports(
    ctx,
    unsettled.map(({ vaultId }) => vaultId),
  )
  const onChain = new Map(vaults.map(({ id, lastSequence: sequence }) => [id, sequence]))
  let planned = 0
  for (const key of unsettled) {
    if (await planVault(ctx, key, onChain.get(key.vaultId))) planned += 1
  }
  if (planned > 0) onStep?.('after-plan')
  return planned
}

/** One vault's trouble must not keep the others from being planned. */
async function planVault(
  ctx: ServiceContext,
  key: UnsettledPeriod,
  chainSequence: bigint | undefined,
): Promise<boolean> {
  try {
    if (chainSequence === undefined) {
      await holdAfterRefusal(ctx, key, 'vault_not_seen')
      return false
    }
    return await withTransaction(ctx, (tx) => planInTransaction(tx, key, chainSequence))
  } catch (err) {
    ctx.log.error({ err, vaultId: key.vaultId.toString(), period: key.period }, 'a reading could not be planned')
    await holdAfterRefusal(ctx, key, 'not_planned')
    return false
  }
}

async function planInTransaction(tx: ServiceContext, key: UnsettledPeriod, chainSequence: bigint): Promise<boolean> {
  const { deploymentId } = tx
  const content = await lockContent(tx.db, deploymentId, { ...key, now: tx.clock() })
  if (!content) return false
  const ours = await lastSequence(tx.db, deploymentId, key.vaultId)
  // A restored database is behind the chain: its numbers are taken there.
  const sequence = (ours > chainSequence ? ours : chainSequence) + 1n
  const id = `reading_${randomHex(12)}`
  const inserted = await insertReading(tx.db, { ...content, sequence, id, deploymentId, createdAt: tx.clock() })
  if (inserted) await addToOutbox(tx, [{ kind: READING_KIND, dedupe: id, payload: { readingId: id } }])
  return inserted
}
