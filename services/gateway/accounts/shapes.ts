import * as z from 'zod'
import { parseUsd } from '#lib/money/decimal.ts'
import { centsToUsd } from '#lib/payments/cents.ts'
import { AppError } from '#lib/errors/app-error.ts'

/** Money on the wire: "12.34000000". */
export const usdView = z.string().regex(/^-?\d+\.\d{8}$/)
export const instantView = z.iso.datetime()

/** An amount of USD that somebody names. */
export const usdInput = z
  .string()
  .regex(/^\d{1,9}(\.\d{1,8})?$/, 'must be an amount of USD, like "12.50"')
  .transform((text) => parseUsd(text))
export const positiveUsd = usdInput.refine((amount) => amount > 0n, 'must be more than 0')

/** An amount that a card network can take: whole cents. */
export const centsInput = usdInput
  .refine((amount) => amount % centsToUsd(1n) === 0n, 'must be in whole cents')
  .transform((amount) => Number.parseInt((amount / centsToUsd(1n)).toString(), 10))

export const textInput = (most: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(most, `must have at most ${most} characters`)
    .regex(/^[^\p{Cc}]*$/u, 'must be plain text')
    .refine((text) => text.isWellFormed(), 'must be plain text')

/** An id of ours in a path or a body; what can't be one isn't looked up. */
export const idInput = (most = 64) =>
  z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be an id')
    .max(most, 'must be an id')

export const limitInput = z
  .string()
  .regex(/^\d{1,3}$/, 'must be a whole number')
  .transform((digits) => Number.parseInt(digits, 10))
  .pipe(z.number().min(1, 'must be at least 1').max(100, 'must be at most 100'))
  .default(20)

const REQUEST_KEY = /^[\x21-\x7e]{1,200}$/

/** The caller's own id of a request that must not be carried out twice. */
export function requestKeyOf(request: Request): string {
  const given = request.headers.get('idempotency-key')?.trim() ?? ''
  if (REQUEST_KEY.test(given)) return given
  const message = 'Send an Idempotency-Key: your own id of this request, up to 200 characters without blanks.'
  throw new AppError('invalid_request', message, { details: { fields: [{ field: 'Idempotency-Key', message }] } })
}
