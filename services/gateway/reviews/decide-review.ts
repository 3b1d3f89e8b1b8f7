import { AppError } from '#lib/errors/app-error.ts'
import { type Usd, usd } from '#lib/money/units.ts'
import { requireAdmin } from '#services/auth/index.ts'
import type { HoldWriter } from '#services/credits/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { findReview, type OpenReview, saveDecision } from '../store.ts'

export interface Decision {
  readonly id: string
  /** What to book, at most what is held; null: nothing. */
  readonly amount: Usd | null
}

/**
 * Ends the hold of a request whose usage can't be, by the admin's word. The hold ends once, whoever decides first: what
 * became of it is what is written down.
 */
export async function decideReview(
  ctx: ServiceContext,
  holds: HoldWriter,
  { id, amount }: Decision,
): Promise<OpenReview['state']> {
  const decidedBy = await requireAdmin(ctx)
  const review = await findReview(ctx.db, id)
  if (!review) throw new AppError('not_found', 'There is no such review. Nothing was changed.')
  if (review.state !== 'open') return review.state
  if (amount !== null && amount > review.held) {
    const message = 'At most what is held can be booked.'
    throw new AppError('invalid_request', message, { details: { fields: [{ field: 'amount_usd', message }] } })
  }
  const { requestId, facts } = review
  const told = { requestId, model: facts['model'], provider: facts['provider'], power: facts['power'] }
  const ended = await holds.end({ id, cost: amount, facts: { ...told, reviewedBy: decidedBy } })
  const state = ended.state === 'posted' ? ('booked' as const) : ('void' as const)
  const booked = state === 'booked' ? usd(ended.posted) : null
  await saveDecision(ctx.db, { id, state, booked, decidedBy, decidedAt: ctx.clock() })
  ctx.log.info({ reviewId: id, state, decidedBy }, 'usage was reviewed')
  return state
}
