import { requireAdmin } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { notThere } from './get-dead-letter.ts'
import { insertActions, lockOpenLetters, resolveLetters } from './store.ts'

export interface DiscardInput {
  readonly ids: readonly bigint[]
  readonly reason: string
}

/** Gives open dead letters up, all or none of those named; they stay, with who gave them up and why. For the admin. */
export async function discardDeadLetters(ctx: ServiceContext, { ids, reason }: DiscardInput): Promise<null> {
  const actor = await requireAdmin(ctx)
  return withTransaction(ctx, async (tx) => {
    const letters = await lockOpenLetters(tx.db, ids)
    const missing = ids.find((id) => !letters.some((letter) => letter.id === id))
    if (missing !== undefined) throw notThere(missing)
    const at = tx.clock()
    const discarded = { action: 'discarded' as const, actor, at, reason, payloadBefore: null }
    await insertActions(
      tx.db,
      letters.map(({ id }) => ({ ...discarded, letterId: id })),
    )
    await resolveLetters(
      tx.db,
      letters.map(({ id }) => id),
      { resolvedAt: at, resolution: 'discarded' },
    )
    return null
  })
}
