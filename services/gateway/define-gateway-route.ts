import type * as z from 'zod'
import type { ErrorCode } from '#lib/errors/codes.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import type { GatewayParts } from './gateway-parts.ts'
import type { CallerFor, GatewayAuth, GatewayCaller } from './schemas.ts'

/** What a route takes and answers. The API's description is generated from it. */
export interface GatewayRouteSpec<
  Auth extends GatewayAuth = GatewayAuth,
  Params = unknown,
  Query = unknown,
  Body = unknown,
  Result = unknown,
> {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Below the API's base, as OpenAPI writes it: `/keys/{id}`. */
  readonly path: `/${string}`
  readonly auth: Auth
  readonly summary: string
  readonly params?: z.ZodType<Params>
  readonly query?: z.ZodType<Query>
  readonly body?: z.ZodType<Body>
  /** The shape of an answer that isn't a `Response` already: a field that isn't in it doesn't leave. */
  readonly response: z.ZodType<Result>
  /** Of an answer that isn't a `Response` already; 200 if absent. */
  readonly status?: 200 | 201 | 202
  /** Headers of the request that matter here, with what they do. */
  readonly headers?: Readonly<Record<string, string>>
  /** Codes that it answers with, beside those of every route. */
  readonly errors: readonly ErrorCode[]
}

export interface GatewayInput<Auth extends GatewayAuth, Params, Query, Body> {
  /** With the caller as its actor. */
  readonly ctx: ServiceContext
  /** What the process holds open. */
  readonly parts: GatewayParts
  readonly caller: CallerFor<Auth>
  readonly params: Params
  readonly query: Query
  readonly body: Body
  /** The body as it came; empty where there is none. */
  readonly bodyText: string
  readonly request: Request
  /** The gateway's own, `req_…`: whatever the caller chose is not used. */
  readonly requestId: string
}

/** A route with its types forgotten, as the table holds it. */
export interface GatewayRoute {
  readonly spec: GatewayRouteSpec
  /** Everything in `input` has passed the spec. */
  handle(input: GatewayInput<GatewayAuth, unknown, unknown, unknown>): Promise<unknown>
}

/** One entry of the table: what it takes, and the verb that answers. */
export function defineGatewayRoute<
  const Auth extends GatewayAuth,
  Result,
  Params = undefined,
  Query = undefined,
  Body = undefined,
>(
  spec: GatewayRouteSpec<Auth, Params, Query, Body, Result>,
  handle: (input: GatewayInput<Auth, Params, Query, Body>) => Promise<Result | Response>,
): GatewayRoute {
  return {
    spec,
    handle: (input) => handle(input as GatewayInput<Auth, Params, Query, Body>),
  }
}

/** Whether the caller is what the route asks for; only the admin's right needs more than a look. */
export const isOf = (auth: GatewayAuth, caller: GatewayCaller): boolean =>
  auth === 'public' || auth === 'caller' || caller.kind === 'account'
