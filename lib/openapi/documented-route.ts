import type * as z from 'zod'
import type { ErrorCode } from '../errors/codes.ts'

export type RouteMethod = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/** What of a route its description is made from. */
export interface DocumentedRoute {
  readonly method: RouteMethod
  /** Below the API's address: `/keys/{id}`. */
  readonly path: string
  /** Names of the ways to say who is calling; empty: anybody may. */
  readonly auth: readonly string[]
  readonly summary: string
  readonly params?: z.ZodType | undefined
  readonly query?: z.ZodType | undefined
  readonly body?: z.ZodType | undefined
  readonly response: z.ZodType
  /** Of an answer that went well. */
  readonly status: number
  /** Request headers by name, with what they do. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly errors: readonly ErrorCode[]
  readonly example?: RouteExample | undefined
}

/** A request that works as it stands. Values that only the reader knows are read from the environment: `$KEY_ID`. */
export interface RouteExample {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Readonly<Record<string, unknown>>
  /** In the official OpenAI packages: their call, and how the answer is printed. */
  readonly sdk?: { readonly call: string; readonly python: string; readonly javascript: string }
}
