import * as z from 'zod'
import { createStripeClient, type StripeClient } from '#services/clients/stripe/index.ts'
import { chargeRefill } from '#services/payments/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import type { ClaimedMessage, Outcome, OutboxHandler } from '#services/platform/outbox/dispatch.ts'
import { pauseRefill } from './pause-refill.ts'

export const CHARGE = 'refills.charge'
const payload = z.object({ purchaseId: z.string() })

async function charge(ctx: ServiceContext, stripe: StripeClient, message: ClaimedMessage): Promise<Outcome> {
  const { purchaseId } = payload.parse(message.payload)
  const startedAt = ctx.clock()
  const charged = await chargeRefill(ctx, stripe, { purchaseId })
  if (charged.outcome === 'refused') {
    const { accountId, reason } = charged
    await pauseRefill(ctx, { accountId, reason, since: startedAt })
  }
  return { kind: 'done' }
}

/** Sends planned refills to Stripe. What was cut off is sent again, under the same name: it stays one charge. */
export function createRefillHandler(): OutboxHandler {
  let stripe: StripeClient | null = null
  return {
    kind: CHARGE,
    batch: 10,
    async handle(ctx, messages) {
      stripe ??= ctx.env.stripe ? createStripeClient(ctx.env.stripe) : null
      const outcomes = new Map<bigint, Outcome>()
      for (const message of messages) {
        // One whose payment fails must not hold up the others.
        const outcome = stripe
          ? await charge(ctx, stripe, message).catch((error: unknown) => failed(error))
          : { kind: 'error' as const, error: "Stripe isn't configured" }
        outcomes.set(message.id, outcome)
      }
      return outcomes
    },
  }
}

const failed = (error: unknown): Outcome => ({
  kind: 'error',
  error: error instanceof Error ? error.message : String(error),
})
