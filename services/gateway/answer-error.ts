import type { AppError } from '#lib/errors/app-error.ts'
import { openAiError } from '#lib/gateway/openai-error.ts'
import type { Logger } from '#services/platform/logger.ts'
import { toAppError } from '#services/platform/to-app-error.ts'

/** Seconds after which a refusal that may pass is worth another try, unless the error says otherwise. */
const RETRY_AFTER_SECONDS = 1

/** Clients repeat these by themselves; a provider that was asked on an own key would be paid each time. */
const LASTING = [409, 429, 502]

interface FieldFault {
  readonly field: string
}

/** The field that an error is about: the first of those that the schema found fault with. */
function paramOf({ details }: AppError): string | null {
  const fields = details?.['fields']
  const [first] = Array.isArray(fields) ? (fields as FieldFault[]) : []
  return first?.field || null
}

/**
 * Clients try again by themselves after 408, 409, 429 and 5xx: this says whether it can help. What lasts until a month
 * ends says when that is, and that nobody should wait for it inside of a request.
 */
function setRetryHeaders(headers: Headers, { retryable, status, details }: AppError): void {
  const told = details?.['retryAfterSeconds']
  const seconds = typeof told === 'number' ? told : retryable ? RETRY_AFTER_SECONDS : null
  if (seconds !== null) headers.set('retry-after', String(seconds))
  if (!retryable && LASTING.includes(status)) headers.set('x-should-retry', 'false')
}

/** The only place that turns an error into an answer: OpenAI's shape, and what only the log may know stays there. */
export function answerError(thrown: unknown, log: Logger): Response {
  const error = toAppError(thrown)
  const fields = { code: error.code, status: error.status }
  if (error.status < 500) log.info({ ...fields, reason: error.internal }, 'request refused')
  else log.error({ ...fields, err: error }, 'request failed')
  const { code, status, publicMessage: message, details } = error
  const headers = new Headers()
  setRetryHeaders(headers, error)
  return Response.json(openAiError(status, { message, code, param: paramOf(error), details }), { status, headers })
}
