import type { z } from 'zod'
import { AppError } from '#lib/errors/app-error.ts'

/** Throws `invalid_request` with the first thing that is wrong. */
export function parseBody<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const where = issue?.path.join('.') || 'body'
  throw new AppError('invalid_request', `The body is not what this address takes: ${where}: ${issue?.message}.`)
}
