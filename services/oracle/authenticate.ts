import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { AppError } from '#lib/errors/app-error.ts'

/** A signature is good for this long, and may come from a clock that is ahead by as much. */
const SIGNATURE_WINDOW_SECONDS = 300
const CLOCK_SKEW_SECONDS = 300

const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest()

/** Compares in a time that tells neither where two texts differ nor how long the expected one is. */
export const isSameSecret = (given: string, expected: string): boolean =>
  timingSafeEqual(digest(given), digest(expected))

const refused = (internal: string): AppError =>
  new AppError('signature_invalid', 'The secret or signature is not valid. Nothing was stored.', { internal })

/** Throws `signature_invalid` unless a header carries the shared secret. */
export function requireSecret(headers: Headers, secret: string): void {
  const bearer = /^Bearer (.+)$/i.exec(headers.get('authorization') ?? '')?.[1]
  const given = bearer ?? headers.get('x-webhook-secret')
  if (!given) throw refused('no secret was given')
  if (!isSameSecret(given, secret)) throw refused('another secret was given')
}

export const isSigned = (headers: Headers): boolean => headers.has('x-flareflow-signature')

export interface ValidSignature {
  readonly value: string
  /** No process, however its clock goes, takes it as valid afterwards. */
  readonly expiresAt: Date
}

/** Throws `signature_invalid` unless the body was signed with the secret within the window. */
export function requireSignature(headers: Headers, body: Uint8Array, secret: string, now: Date): ValidSignature {
  const timestamp = headers.get('x-flareflow-timestamp') ?? ''
  const given = /^v1=([0-9a-f]{64})$/.exec(headers.get('x-flareflow-signature') ?? '')?.[1]
  if (!/^\d{1,12}$/.test(timestamp) || given === undefined) throw refused('the signature headers are malformed')
  const age = Math.floor(now.getTime() / 1000) - Number.parseInt(timestamp, 10)
  if (Math.abs(age) > SIGNATURE_WINDOW_SECONDS) throw refused(`the signature is ${age} s old`)
  const expected = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')
  if (!isSameSecret(given, expected)) throw refused('the signature does not match')
  const validUntil = (Number.parseInt(timestamp, 10) + SIGNATURE_WINDOW_SECONDS + CLOCK_SKEW_SECONDS) * 1000
  return { value: given, expiresAt: new Date(validUntil) }
}
