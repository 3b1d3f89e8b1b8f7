import { jsonOrNull } from '#lib/http/json-or-null.ts'

/** An error that the API answered with, or the network gave; `message` is fit to show. */
export class ApiError extends Error {
  readonly code: string
  readonly status: number
  /** The field at fault, where the API names one. */
  readonly param: string | null

  constructor(code: string, message: string, status: number, param: string | null = null) {
    super(message)
    this.name = 'ApiError'
    this.code = code
    this.status = status
    this.param = param
  }

  /** Nobody knows whether what was asked for was done. */
  get isUnknown(): boolean {
    return this.code === UNANSWERED
  }
}

const UNANSWERED = 'unanswered'

/** What is said in place of an answer that never came. */
export interface Silence {
  code: string
  message: string
}

const UNREACHABLE: Silence = {
  code: 'network',
  message: "FlareFlow doesn't answer. Nothing was changed. Check your connection and try again.",
}
/** Of what changes something: it may be done by now, and only the answer lost. */
export const silenceOf = (whatIsUnknown: string): Silence => ({
  code: UNANSWERED,
  message: `FlareFlow's answer didn't arrive. It is not known whether ${whatIsUnknown}`,
})
const UNKNOWN = silenceOf('this was done. Check your connection and look at the page again before you repeat it.')

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

export const unanswered = ({ code, message }: Silence, status = 0): ApiError => new ApiError(code, message, status)

/** The error in an answer's body, in our own shape or OpenAI's; a body that isn't ours is no answer. */
export function toApiError(status: number, body: unknown, silence: Silence): ApiError {
  const error = isRecord(body) && isRecord(body['error']) ? body['error'] : {}
  if (typeof error['message'] !== 'string') return unanswered(silence, status)
  const code = typeof error['code'] === 'string' ? error['code'] : 'internal'
  return new ApiError(code, error['message'], status, typeof error['param'] === 'string' ? error['param'] : null)
}

/** Calls our own API. Throws `ApiError`. The answer's type is the server's promise, checked there by its schema. */
export async function callApi<T>(
  path: string,
  method = 'GET',
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<T> {
  const init: RequestInit = { method, headers: { 'content-type': 'application/json', ...headers }, cache: 'no-store' }
  if (body !== undefined) init.body = JSON.stringify(body)
  const silence = method === 'GET' ? UNREACHABLE : UNKNOWN
  const lost = (): never => {
    throw unanswered(silence)
  }
  const response = await fetch(path, init).catch(lost)
  const parsed: unknown = jsonOrNull(await response.text().catch(lost))
  if (!response.ok) throw toApiError(response.status, parsed, silence)
  return parsed as T
}

export const getJson = <T>(path: string): Promise<T> => callApi<T>(path)

/** Opens a download of our own API, to be read as it comes. Throws `ApiError`. */
export async function openDownload(path: string): Promise<ReadableStream<Uint8Array>> {
  const response = await fetch(path, { cache: 'no-store' }).catch(() => {
    throw unanswered(UNREACHABLE)
  })
  if (response.ok && response.body) return response.body
  throw toApiError(response.status, jsonOrNull(await response.text()), UNREACHABLE)
}
