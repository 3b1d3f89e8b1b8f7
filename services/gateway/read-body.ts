import { AppError } from '#lib/errors/app-error.ts'
import { illFormedIn } from '#lib/http/ill-formed.ts'
import { isDeeperThan } from '#lib/http/json-depth.ts'
import { readLimited } from '#services/platform/read-limited.ts'

export interface BodyLimits {
  readonly bytes: number
  /** A body that isn't there by then is not waited for. */
  readonly ms: number
}

const tooLarge = (bytes: number) =>
  new AppError('payload_too_large', `The request is larger than ${Math.floor(bytes / 1024)} kB. Send a smaller one.`)

/** No schema of a tool is nested so deep; what is deeper could overflow the stack of whoever writes it out. */
const DEEPEST = 100

const tooDeep = () => new AppError('invalid_request', `The request is nested deeper than ${DEEPEST} levels.`)

const late = () =>
  new AppError('request_timed_out', 'The request did not arrive in time. Nothing was charged: send it again.')

async function readAll(body: ReadableStream<Uint8Array>, bytes: number): Promise<string> {
  const read = await readLimited(body, bytes, () => tooLarge(bytes))
  return new TextDecoder('utf-8', { fatal: true }).decode(read)
}

async function withinTime<T>(work: Promise<T>, ms: number): Promise<T> {
  const time = Promise.withResolvers<never>()
  const timer = setTimeout(() => time.reject(late()), ms).unref()
  try {
    return await Promise.race([work, time.promise])
  } finally {
    clearTimeout(timer)
  }
}

export interface JsonBody {
  readonly text: string
  readonly value: unknown
}

/** Bytes that are no UTF-8 are refused before; an escape is the only other way to half a character. */
const MAYBE_HALF = /\\u[dD][89a-fA-F]/

function refuseIllFormed(text: string, value: unknown): void {
  const field = MAYBE_HALF.test(text) ? illFormedIn(value) : null
  if (field === null) return
  const message = `${field || 'The body'} has half of a character (a lone surrogate). Send whole ones.`
  throw new AppError('invalid_request', message, { details: { fields: [{ field, message }] } })
}

/** A request's JSON body, read to its limits whatever Content-Length claims. */
export async function readBody(request: Request, limits: BodyLimits): Promise<JsonBody> {
  const mediaType = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (mediaType !== 'application/json') {
    throw new AppError('unsupported_media_type', 'Send JSON, with "Content-Type: application/json".')
  }
  if (Number(request.headers.get('content-length') ?? 0) > limits.bytes) throw tooLarge(limits.bytes)
  const invalid = (cause: unknown) => new AppError('invalid_request', 'The request is not valid JSON.', { cause })
  try {
    const text = request.body ? await withinTime(readAll(request.body, limits.bytes), limits.ms) : ''
    const value: unknown = JSON.parse(text)
    if (isDeeperThan(value, DEEPEST)) throw tooDeep()
    refuseIllFormed(text, value)
    return { text, value }
  } catch (error) {
    if (error instanceof AppError) throw error
    if (error instanceof SyntaxError || error instanceof TypeError) throw invalid(error)
    throw error
  }
}
