import { AppError } from '#lib/errors/app-error.ts'
import type { ServiceContext } from '#services/platform/context.ts'

/** When to send again what could not be taken just now. */
export const RETRY_SECONDS = '1'

export function answer(error: AppError): Response {
  const headers = error.retryable ? { 'retry-after': RETRY_SECONDS } : {}
  return Response.json(error.toJSON(), { status: error.status, headers })
}

/** The only place that turns an error into an answer; what is not for the caller goes to the log. */
export function answerError(ctx: ServiceContext, error: unknown): Response {
  if (error instanceof AppError) {
    const level = error.status >= 500 ? 'error' : 'info'
    ctx.log[level]({ code: error.code, internal: error.internal, cause: error.cause }, 'a request was refused')
    return answer(error)
  }
  ctx.log.error({ err: error }, 'a request failed')
  return answer(new AppError('internal', 'Something failed here. Nothing was stored: send it again.', { cause: error }))
}
