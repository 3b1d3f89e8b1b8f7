import { AppError } from '#lib/errors/app-error.ts'
import { readLimited } from '#services/platform/read-limited.ts'

/** The largest body that a route takes. The largest real one, a transaction to sign, is a few kilobytes. */
export const BODY_LIMIT_BYTES = 64 * 1024

const tooLarge = (limit: number) =>
  new AppError('payload_too_large', `The request is larger than ${limit / 1024} kB. Nothing was changed.`)

/** Reads at most the limit, whatever Content-Length claims. */
export async function readText(request: Request, limit = BODY_LIMIT_BYTES): Promise<string> {
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLarge(limit)
  return (await readLimited(request.body, limit, () => tooLarge(limit))).toString('utf8')
}

/** A request's JSON body; an empty one is `{}`. Other media types are refused: forms can be sent across sites. */
export async function readJson(request: Request): Promise<unknown> {
  const mediaType = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (mediaType !== 'application/json') {
    throw new AppError('unsupported_media_type', 'Send JSON, with content-type: application/json.')
  }
  const text = await readText(request)
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch (cause) {
    throw new AppError('invalid_request', 'The request is not valid JSON. Nothing was changed.', { cause })
  }
}
