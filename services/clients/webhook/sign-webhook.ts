import { createHmac } from 'node:crypto'

export interface SignedWebhook {
  /** Stays the same however often the delivery is repeated. */
  readonly id: string
  readonly body: string
  readonly secret: string
  readonly sentAt: Date
}

/** The headers of a signed delivery: HMAC-SHA256 over `<seconds>.<body>`, with the delivery's id. */
export function webhookHeaders({ id, body, secret, sentAt }: SignedWebhook): Record<string, string> {
  const timestamp = Math.floor(sentAt.getTime() / 1000).toString()
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')
  return {
    'content-type': 'application/json',
    'user-agent': 'FlareFlow-Webhook/1',
    'x-flareflow-id': id,
    'x-flareflow-timestamp': timestamp,
    'x-flareflow-signature': `v1=${signature}`,
  }
}
