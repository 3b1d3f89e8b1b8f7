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
  /** Headers of an answer that went well, by name, with what they say. */
  readonly answerHeaders?: Readonly<Record<string, string>> | undefined
  readonly errors: readonly ErrorCode[]
  /** A body that works. */
  readonly exampleBody?: unknown
  /** The same request in several languages. */
  readonly samples?: readonly CodeSample[] | undefined
}

export interface CodeSample {
  readonly lang: 'Shell' | 'Python' | 'JavaScript'
  readonly label: 'curl' | 'Python' | 'JavaScript'
  readonly source: string
}
