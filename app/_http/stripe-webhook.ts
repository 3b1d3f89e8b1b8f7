import { AppError } from '#lib/errors/app-error.ts'
import { createStripeClient } from '#services/clients/stripe/index.ts'
import { takeEvent } from '#services/payments/index.ts'
import { withActor } from '#services/platform/context.ts'
import { toAppError } from '#services/platform/to-app-error.ts'
import { baseContext } from './container.ts'
import { errorResponse } from './error-response.ts'
import { logFailure } from './log-failure.ts'
import { readText } from './read-json.ts'
import { setFixedHeaders } from './reply.ts'
import { requestIdOf } from './request-id.ts'

/** Stripe's largest events have a few dozen kilobytes. */
const LIMIT_BYTES = 512 * 1024

/**
 * An event of Stripe's. Its signature is over the bytes that came, so they are read as they are; it is the only proof
 * of who sent it: there is no session, and no origin. Anything but 200 makes Stripe send it again.
 */
export async function answerStripe(request: Request): Promise<Response> {
  const requestId = requestIdOf(request)
  try {
    const base = await baseContext()
    if (base.env.stripe === null) throw new AppError('not_found', 'There is nothing at this address.')
    const body = await readText(request, LIMIT_BYTES)
    const signature = request.headers.get('stripe-signature') ?? ''
    const system = withActor({ ...base, log: base.log.child({ requestId }) }, { kind: 'system', job: 'stripe-webhook' })
    const { outcome } = await takeEvent(system, createStripeClient(base.env.stripe), { body, signature })
    const headers = new Headers()
    setFixedHeaders(headers, requestId)
    return Response.json({ received: true, outcome }, { headers })
  } catch (thrown) {
    const error = toAppError(thrown)
    logFailure(error, request, requestId)
    return errorResponse(error, requestId)
  }
}
