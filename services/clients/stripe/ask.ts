import { AppError } from '#lib/errors/app-error.ts'

/** Stripe could not be asked, or gave no usable answer. */
export const unavailable = (cause: unknown): AppError =>
  new AppError('payment_unavailable', 'Stripe does not answer right now. Nothing was charged: try again.', {
    internal: cause instanceof Error ? `Stripe: ${cause.message}` : 'Stripe failed',
  })

/** A proxy's empty answer must not pass for what was asked for. */
export function identified<T extends { id: string }>(answer: T): T {
  if (typeof answer.id === 'string') return answer
  throw new Error('the answer names no object')
}

/** Waits for an answer of Stripe's; whatever fails is `payment_unavailable`. */
export async function ask<T extends { id: string }>(call: Promise<T>): Promise<T> {
  try {
    return identified(await call)
  } catch (cause) {
    throw unavailable(cause)
  }
}
