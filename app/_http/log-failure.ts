import type { AppError } from '#lib/errors/app-error.ts'
import { httpLog } from './container.ts'

/** Writes down what the caller isn't told. What the caller did wrong is news only for somebody who looks for it. */
export function logFailure(error: AppError, request: Request, requestId: string): void {
  const { pathname } = new URL(request.url)
  const fields = { requestId, method: request.method, path: pathname, code: error.code, status: error.status }
  if (error.status < 500) httpLog().info({ ...fields, reason: error.internal }, 'request refused')
  else httpLog().error({ ...fields, err: error }, 'request failed')
}
