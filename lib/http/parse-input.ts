import type * as z from 'zod'
import { AppError } from '../errors/app-error.ts'

/** A body can be wrong in more places than anybody reads. */
const FIELDS_TOLD = 20

/** Parses one part of a request. The refusal names the fields and the rules, never the values. */
export function parseInput<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map(({ path, message }) => ({ field: path.join('.'), message }))
  const first = fields[0]
  const where = first?.field ? `${first.field}: ${first.message}` : (first?.message ?? 'invalid')
  throw new AppError('invalid_request', `The request is not valid (${where}). Nothing was changed.`, {
    details: { fields: fields.slice(0, FIELDS_TOLD) },
  })
}

/** The query by name; a name that is given twice has a list, which no schema of a single value takes. */
export function queryOf(request: Request): Record<string, string | string[]> {
  const { searchParams } = new URL(request.url)
  return Object.fromEntries(
    [...new Set(searchParams.keys())].map((name) => {
      const [only = '', ...more] = searchParams.getAll(name)
      return [name, more.length === 0 ? only : [only, ...more]]
    }),
  )
}
