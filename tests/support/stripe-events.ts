import { Stripe } from 'stripe'
import { randomHex } from '#services/platform/crypto/random.ts'

const signer = new Stripe('sk_test_123')

export interface SignedEvent {
  readonly id: string
  readonly body: string
  readonly signature: string
}

/** An event as Stripe sends and signs it. */
export function signedEvent(secret: string, type: string, object: Record<string, unknown>): SignedEvent {
  const id = `evt_${randomHex(8)}`
  const body = JSON.stringify({ id, object: 'event', type, data: { object } })
  return { id, body, signature: signer.webhooks.generateTestHeaderString({ payload: body, secret }) }
}
