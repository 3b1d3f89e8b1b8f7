/**
 * Stripe knows an idempotency key for a day at least: within it, asking again is the same payment. Later it could be a
 * second one, so nothing is sent.
 */
const SENDABLE_MS = 20 * 3_600_000

/** Whether a purchase may still be sent to Stripe, also again. */
export const isSendable = ({ createdAt }: { readonly createdAt: Date }, now: Date): boolean =>
  now.getTime() - createdAt.getTime() <= SENDABLE_MS
