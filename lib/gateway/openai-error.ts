/** An error in OpenAI's shape, so that its clients raise what their users expect. */
export interface OpenAiError {
  readonly error: {
    readonly message: string
    readonly type: string
    /** The field at fault. */
    readonly param: string | null
    readonly code: string | null
    /** Facts that a program can act on, such as what is still affordable. */
    readonly details?: Readonly<Record<string, unknown>>
  }
}

const TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'insufficient_credits',
  403: 'permission_error',
  404: 'not_found_error',
  405: 'invalid_request_error',
  413: 'invalid_request_error',
  415: 'invalid_request_error',
  422: 'invalid_request_error',
  429: 'rate_limit_error',
}

interface ErrorWords {
  readonly message: string
  readonly code?: string | null
  readonly param?: string | null
  readonly details?: Readonly<Record<string, unknown>> | undefined
}

export function openAiError(status: number, { message, code = null, param = null, details }: ErrorWords): OpenAiError {
  const error = { message, type: TYPES[status] ?? 'api_error', param, code }
  return { error: details === undefined ? error : { ...error, details } }
}
