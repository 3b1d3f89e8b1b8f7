import type * as z from 'zod'
import { AppError } from '#lib/errors/app-error.ts'

/** Parses one part of a request. The refusal names the fields and the rules, never the values. */
export function parseInput<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map(({ path, message }) => ({ field: path.join('.'), message }))
  const first = fields[0]
  const where = first?.field ? `${first.field}: ${first.message}` : (first?.message ?? 'invalid')
  throw new AppError('invalid_request', `The request is not valid (${where}). Nothing was changed.`, {
    details: { fields },
  })
}
