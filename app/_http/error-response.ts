import type { AppError } from '#lib/errors/app-error.ts'
import { setFixedHeaders } from './reply.ts'

/** The only place that turns an error into HTTP. */
export function errorResponse(error: AppError, requestId: string): Response {
  const headers = new Headers()
  setFixedHeaders(headers, requestId)
  if (error.status === 503) headers.set('retry-after', '2')
  return Response.json(error.toJSON(), { status: error.status, headers })
}
