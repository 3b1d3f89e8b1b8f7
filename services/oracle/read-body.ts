import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { AppError } from '#lib/errors/app-error.ts'
import { readLimited } from '#services/platform/read-limited.ts'

/** A batch of 500 calls is well below; nobody may fill the memory. */
const MAX_BODY_BYTES = 8 * 1024 * 1024

const inflate = promisify(gunzip)

const tooLarge = (): AppError =>
  new AppError(
    'payload_too_large',
    `The body is larger than ${MAX_BODY_BYTES / 1024 / 1024} MiB. Send smaller batches.`,
  )

async function readBytes(request: Request): Promise<Buffer> {
  if (Number.parseInt(request.headers.get('content-length') ?? '0', 10) > MAX_BODY_BYTES) throw tooLarge()
  return readLimited(request.body, MAX_BODY_BYTES, tooLarge)
}

async function unpack(bytes: Buffer): Promise<Buffer> {
  try {
    return await inflate(bytes, { maxOutputLength: MAX_BODY_BYTES })
  } catch (cause) {
    const isBomb = cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE'
    throw isBomb
      ? tooLarge()
      : new AppError('invalid_request', 'The body is not valid gzip. Nothing was stored.', { cause })
  }
}

/**
 * The body, unpacked; `check` sees the bytes as they were sent, and nothing is unpacked when it throws. Throws 413 or
 * 415.
 */
export async function readBody<T = void>(
  request: Request,
  check: (sent: Buffer) => T,
): Promise<{ plain: Buffer; checked: T }> {
  const encoding = (request.headers.get('content-encoding') ?? 'identity').toLowerCase()
  if (encoding !== 'identity' && encoding !== 'gzip') {
    throw new AppError('unsupported_media_type', 'The body may be sent plain or as gzip. Nothing was stored.')
  }
  const sent = await readBytes(request)
  const checked = check(sent)
  return { plain: encoding === 'gzip' ? await unpack(sent) : sent, checked }
}

const JSON_TYPE = /^application\/(json|x-ndjson|ndjson)\s*(;|$)/i

export function requireJsonType(headers: Headers): void {
  if (JSON_TYPE.test(headers.get('content-type') ?? '')) return
  throw new AppError('unsupported_media_type', 'The body must be JSON: send content-type application/json.')
}

/**
 * Reads JSON, or one JSON value a line; a line that is none spoils no other and is given as its text. Throws
 * `invalid_request`.
 */
export function parseJson(plain: Buffer): unknown {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(plain)
  } catch (cause) {
    throw notJson(cause)
  }
  const whole = tryJson(text)
  if (whole.ok) return whole.value
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const values = lines.map(tryJson)
  if (lines.length < 2 || !values.some(({ ok }) => ok)) throw notJson(whole.error)
  return values.map(({ ok, value }, i) => (ok ? value : lines[i]))
}

interface Tried {
  ok: boolean
  value?: unknown
  error?: unknown
}

function tryJson(text: string): Tried {
  try {
    return { ok: true, value: JSON.parse(text) as unknown }
  } catch (error) {
    return { ok: false, error }
  }
}

const notJson = (cause: unknown): AppError =>
  new AppError('invalid_request', 'The body is not valid JSON. Nothing was stored.', { cause })
