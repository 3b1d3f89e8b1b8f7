import { expect } from 'vitest'
import { createStripeClient, type StripeClient } from '#services/clients/stripe/index.ts'
import { takeEvent } from '#services/payments/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { createTestContext } from './context.ts'
import { expectBooksBalance } from './credit-books.ts'
import { signedEvent } from './stripe-events.ts'
import { openStripeGate, type StripeGate } from './stripe-gate.ts'

const SECRET = 'whsec_of_tests'

/** A database of a test's own where Stripe is set up, with the gate in front of it. */
export interface StripeContext extends AsyncDisposable {
  readonly ctx: ServiceContext
  readonly gate: StripeGate
  readonly stripe: StripeClient
  /** The environment, for further processes. */
  readonly variables: Readonly<Record<string, string>>
  /** Takes an event that Stripe signed. */
  tell(type: string, object: Record<string, unknown>): ReturnType<typeof takeEvent>
}

/** Disposing of it fails the test when its books don't balance. */
export async function openStripeContext(clock: () => Date): Promise<StripeContext> {
  const gate = await openStripeGate()
  const variables = {
    STRIPE_SECRET_KEY: 'sk_test_123',
    STRIPE_PUBLISHABLE_KEY: 'pk_test_123',
    STRIPE_WEBHOOK_SECRET: SECRET,
    STRIPE_API_URL: gate.url,
    LOG_LEVEL: 'silent',
  }
  const opened = await createTestContext({ clock, variables })
  const { ctx } = opened
  const stripe = createStripeClient(ctx.env.stripe ?? expect.fail('Stripe is set up'))
  return {
    ctx,
    gate,
    stripe,
    variables: opened.variables,
    tell: (type, object) => takeEvent(ctx, stripe, signedEvent(SECRET, type, object)),
    async [Symbol.asyncDispose]() {
      await expectBooksBalance(ctx)
      await opened[Symbol.asyncDispose]()
      await gate[Symbol.asyncDispose]()
    },
  }
}
