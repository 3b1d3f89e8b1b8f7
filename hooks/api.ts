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
}

const UNREACHABLE = "FlareFlow doesn't answer. Nothing was changed. Check your connection and try again."

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** The error in an answer's body, in our own shape or OpenAI's. */
export function toApiError(status: number, body: unknown): ApiError {
  const error = isRecord(body) && isRecord(body['error']) ? body['error'] : {}
  const code = typeof error['code'] === 'string' ? error['code'] : 'internal'
  const message = typeof error['message'] === 'string' ? error['message'] : UNREACHABLE
  return new ApiError(code, message, status, typeof error['param'] === 'string' ? error['param'] : null)
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
  const response = await fetch(path, init).catch(() => {
    throw new ApiError('network', UNREACHABLE, 0)
  })
  const text = await response.text()
  const parsed: unknown = jsonOrNull(text)
  if (!response.ok) throw toApiError(response.status, parsed)
  return parsed as T
}

export const getJson = <T>(path: string): Promise<T> => callApi<T>(path)

/** Opens a download of our own API, to be read as it comes. Throws `ApiError`. */
export async function openDownload(path: string): Promise<ReadableStream<Uint8Array>> {
  const response = await fetch(path, { cache: 'no-store' }).catch(() => {
    throw new ApiError('network', UNREACHABLE, 0)
  })
  if (response.ok && response.body) return response.body
  throw toApiError(response.status, jsonOrNull(await response.text()))
}
