import { answerStripe } from '#app/_http/stripe-webhook.ts'

/** Takes what Stripe tells of payments, refunds and disputes. */
export const POST = (request: Request): Promise<Response> => answerStripe(request)
