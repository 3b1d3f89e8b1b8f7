import { AppError } from '#lib/errors/app-error.ts'
import type { GuardedFetch } from '#services/clients/guarded-fetch/index.ts'
import { type SignedWebhook, webhookHeaders } from './sign-webhook.ts'

const TIMEOUT_MS = 5_000

/** How a delivery went. `status` is null when nothing was answered; the receiver may have got it nevertheless. */
interface WebhookOutcome {
  readonly delivered: boolean
  readonly status: number | null
  /** Why it was not delivered, in words fit for the channel's owner. */
  readonly error: string | null
}

const failed = (error: string, status: number | null = null): WebhookOutcome => ({ delivered: false, status, error })

/** Posts a signed JSON body once. Only 2xx counts as delivered; what the receiver says is not read. */
export async function postWebhook(
  guardedFetch: GuardedFetch,
  url: string,
  delivery: SignedWebhook,
): Promise<WebhookOutcome> {
  const headers = webhookHeaders(delivery)
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  try {
    const response = await guardedFetch(url, { method: 'POST', headers, body: delivery.body, signal })
    await response.body?.cancel()
    if (response.ok) return { delivered: true, status: response.status, error: null }
    const why = response.status >= 300 && response.status < 400 ? ', and redirects are not followed' : ''
    return failed(`The address answered ${response.status}${why}.`, response.status)
  } catch (error) {
    if (error instanceof AppError) return failed(error.publicMessage)
    const isLate = error instanceof Error && error.name === 'TimeoutError'
    return failed(isLate ? `No answer within ${TIMEOUT_MS / 1000} s.` : "The address can't be reached.")
  }
}
