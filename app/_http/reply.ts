import type * as z from 'zod'
import { AppError } from '#lib/errors/app-error.ts'

/** What a handler may set beside the answer itself. */
export interface Reply {
  status: number
  readonly headers: Headers
}

export const newReply = (): Reply => ({ status: 200, headers: new Headers() })

/** Every answer is about one user at one moment: no cache may keep it, no browser may guess another type. */
export function setFixedHeaders(headers: Headers, requestId: string): void {
  headers.set('cache-control', 'no-store')
  headers.set('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
  headers.set('referrer-policy', 'no-referrer')
  headers.set('x-content-type-options', 'nosniff')
  headers.set('x-request-id', requestId)
}

/** The answer, held to its schema: a field that isn't in it doesn't leave. */
export function jsonReply<R>(schema: z.ZodType<R>, result: unknown, reply: Reply, requestId: string): Response {
  const parsed = schema.safeParse(result)
  if (!parsed.success) {
    throw new AppError('internal', 'The answer could not be built. Try again; if it stays, quote the request id.', {
      internal: `response breaks its schema: ${JSON.stringify(parsed.error.issues)}`,
    })
  }
  setFixedHeaders(reply.headers, requestId)
  return Response.json(parsed.data, { status: reply.status, headers: reply.headers })
}
