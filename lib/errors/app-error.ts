import { type ErrorCode, errorCodes } from './codes.ts'

export interface AppErrorOptions {
  /** For the log only; may name internals, never secrets. */
  internal?: string
  /** Structured facts that are safe for the caller. */
  details?: Record<string, unknown>
  /** Whether the same call may work later, where that isn't as usual for the code. */
  retryable?: boolean
  cause?: unknown
}

const mark = Symbol.for('flareflow.app-error')

/** An error with a stable code and a public sentence that says what happened and what to do. */
export class AppError extends Error {
  readonly [mark] = true
  readonly code: ErrorCode
  readonly status: number
  readonly retryable: boolean
  readonly publicMessage: string
  readonly internal: string
  readonly details: Record<string, unknown> | undefined

  constructor(code: ErrorCode, publicMessage: string, options: AppErrorOptions = {}) {
    super(options.internal ?? publicMessage, { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.status = errorCodes[code].status
    this.retryable = options.retryable ?? errorCodes[code].retryable
    this.publicMessage = publicMessage
    this.internal = options.internal ?? publicMessage
    this.details = options.details
  }

  /** A process may hold this class more than once, as Next builds pages and routes apart: the mark counts. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // A class that extends this one is told apart by its own prototype.
    if (this !== AppError) return Function.prototype[Symbol.hasInstance].call(this, value)
    return typeof value === 'object' && value !== null && mark in value
  }

  /** The body that every API answers with; the gateway has OpenAI's shape instead. */
  toJSON(): { error: { code: ErrorCode; message: string; details?: Record<string, unknown> } } {
    const error = { code: this.code, message: this.publicMessage }
    return { error: this.details ? { ...error, details: this.details } : error }
  }
}
