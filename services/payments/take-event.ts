import { requireSystem } from '#services/auth/index.ts'
import type { StripeClient } from '#services/clients/stripe/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { readStripeEvent } from './apply-event.ts'
import type { Outcome } from './schemas.ts'
import { insertEvent, listUnmatchedEvents, lockPayment, updateEvent } from './store.ts'

/** What Stripe is answered. An event that matches nothing yet is taken, and waits. */
type Taken = Exclude<Outcome['outcome'], 'unmatched'> | 'repeated' | 'waits'

interface TakenEvent {
  readonly id: string
  readonly type: string
  readonly data: { readonly object: unknown }
}

/**
 * Takes an event that Stripe signed: its effects and the note that it came are one transaction, so an event that comes
 * five times, or after a crash, has them once. Events of a payment that isn't known yet wait for it.
 */
export async function takeEvent(
  ctx: ServiceContext,
  stripe: StripeClient,
  { body, signature }: { body: string; signature: string },
): Promise<{ outcome: Taken }> {
  requireSystem(ctx.actor)
  const event: TakenEvent = stripe.readEvent(body, signature)
  return withTransaction(ctx, async (tx) => {
    const { id, type } = event
    const payload = event.data.object as Record<string, unknown>
    const read = readStripeEvent(type, payload)
    const { paymentIntentId } = read
    const row = { id, type, paymentIntentId, outcome: 'ignored' as const, reason: null, payload }
    if (!(await insertEvent(tx.db, { ...row, receivedAt: tx.clock() }))) return { outcome: 'repeated' }
    if (paymentIntentId !== null) await lockPayment(tx.db, paymentIntentId)
    const outcome = await read.apply(tx)
    await noteOutcome(tx, id, paymentIntentId, outcome)
    if (outcome.outcome === 'applied' && paymentIntentId !== null) await applyWaiting(tx, paymentIntentId)
    return { outcome: outcome.outcome === 'unmatched' ? 'waits' : outcome.outcome }
  })
}

async function noteOutcome(
  tx: ServiceContext,
  id: string,
  paymentIntentId: string | null,
  outcome: Outcome,
): Promise<void> {
  const reason = 'reason' in outcome ? outcome.reason : null
  await updateEvent(tx.db, id, { outcome: outcome.outcome, reason, paymentIntentId })
  const told = { event: id, paymentIntentId, reason }
  if (outcome.outcome === 'refused') tx.log.error(told, 'an event of Stripe needs an operator')
  // Nothing is lost while it waits: a payment that isn't known was not credited either.
  if (outcome.outcome === 'unmatched' && paymentIntentId !== null)
    tx.log.warn(told, 'a return of Stripe waits for its payment')
}

/** Refunds and disputes that came before their payment. */
async function applyWaiting(tx: ServiceContext, paymentIntentId: string): Promise<void> {
  for (const { id, type, payload } of await listUnmatchedEvents(tx.db, paymentIntentId)) {
    await noteOutcome(tx, id, paymentIntentId, await readStripeEvent(type, payload).apply(tx))
  }
}
