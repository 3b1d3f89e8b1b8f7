import { AppError } from '#lib/errors/app-error.ts'
import { setFixedHeaders } from './reply.ts'

const unexpected = (cause: unknown): AppError =>
  new AppError('internal', 'Something failed on our side. Try again; if it stays, quote the request id.', {
    internal: cause instanceof Error ? `${cause.name}: ${cause.message}` : 'something that is no error was thrown',
    cause,
  })

/** The only place that turns an error into HTTP. What is not an AppError stays inside and answers 500. */
export function toAppError(error: unknown): AppError {
  return error instanceof AppError ? error : unexpected(error)
}

export function errorResponse(error: AppError, requestId: string): Response {
  const headers = new Headers()
  setFixedHeaders(headers, requestId)
  if (error.status === 503) headers.set('retry-after', '2')
  return Response.json(error.toJSON(), { status: error.status, headers })
}
