import { requireAdmin } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { wellFormed } from '../well-formed.ts'
import { eventFacts } from './event-facts.ts'
import { getDeadLetter, notThere } from './get-dead-letter.ts'
import type { LetterDetailView } from './schemas.ts'
import { insertActions, lockOpenLetters, setPayload } from './store.ts'

export interface FixInput {
  readonly id: bigint
  readonly payload: Readonly<Record<string, unknown>>
}

/**
 * Replaces what an open dead letter holds; what it held is kept with who replaced it, and when. Nothing is stored by
 * it: a replay judges the new payload like any other, so that no identity can be made up here either. For the admin.
 */
export async function fixDeadLetter(ctx: ServiceContext, { id, payload }: FixInput): Promise<LetterDetailView> {
  const actor = await requireAdmin(ctx)
  await withTransaction(ctx, async (tx) => {
    const [letter] = await lockOpenLetters(tx.db, [id])
    if (!letter) throw notThere(id)
    const fixed = { letterId: id, action: 'fixed' as const, actor, at: tx.clock(), reason: null }
    await insertActions(tx.db, [{ ...fixed, payloadBefore: letter.payload }])
    await setPayload(tx.db, id, eventFacts(wellFormed(payload)))
  })
  return getDeadLetter(ctx, { id })
}
