import type * as z from 'zod'
import { parseInput, queryOf } from '#lib/http/parse-input.ts'
import { appOrigins, requireSameOrigin } from '#services/auth/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { toAppError } from '#services/platform/to-app-error.ts'
import { authenticate, type Caller, type RouteAuth, showsKey } from './authenticate.ts'
import { baseContext } from './container.ts'
import { Download, streamReply } from './download.ts'
import { errorResponse } from './error-response.ts'
import { logFailure } from './log-failure.ts'
import { readJson } from './read-json.ts'
import { jsonReply, newReply, type Reply } from './reply.ts'
import { requestIdOf } from './request-id.ts'

/** What a route takes and answers, and who gets past its door. */
export interface RouteSpec<Params, Body, Result, Query> {
  auth: RouteAuth
  params?: z.ZodType<Params>
  query?: z.ZodType<Query>
  body?: z.ZodType<Body>
  response: z.ZodType<Result>
}

export interface RouteInput<Params, Body, Query> {
  params: Params
  query: Query
  body: Body
  caller: Caller
  request: Request
  reply: Reply
}

type Segments = Record<string, string | string[] | undefined>
export type RouteHandler = (request: Request, next: { params: Promise<Segments> }) => Promise<Response>

/**
 * A route as a pipeline: origin → caller → body → input → verb → answer. Each step refuses with an AppError;
 * whatever is thrown leaves through the one error map. The answer is JSON in the shape of the spec, or a download.
 */
export function defineRoute<Result, Params = undefined, Body = undefined, Query = undefined>(
  spec: RouteSpec<Params, Body, Result, Query>,
  handle: (ctx: ServiceContext, input: RouteInput<Params, Body, Query>) => Promise<Result | Download>,
): RouteHandler {
  return async (request, next) => {
    const requestId = requestIdOf(request)
    try {
      const base = await baseContext()
      // A key or token is sent by whoever has it; only a cookie is sent by other sites' pages.
      if (!showsKey(request, spec.auth)) requireSameOrigin(request, appOrigins(base.env.app.url))
      const caller = await authenticate(base, request, spec.auth)
      const body = await parseBody(spec.body, request)
      const params = parsePart(spec.params, await next.params)
      const query = parsePart(spec.query, queryOf(request))
      const reply = newReply()
      const ctx = { ...withActor(base, caller.actor), log: base.log.child({ requestId }) }
      const result = await handle(ctx, { params, query, body, caller, request, reply })
      if (result instanceof Download) return await streamReply(result, { request, reply, requestId })
      return jsonReply(spec.response, result, reply, requestId)
    } catch (thrown) {
      const error = toAppError(thrown)
      logFailure(error, request, requestId)
      return errorResponse(error, requestId)
    }
  }
}

/** A part without a schema is not read; its type is then `undefined`. */
const parsePart = <T>(schema: z.ZodType<T> | undefined, value: unknown): T =>
  schema ? parseInput(schema, value) : (undefined as T)

const BODIES = ['POST', 'PUT', 'PATCH']

/** What is posted is JSON, also where nothing of it is used: a form can be posted by any site. */
const parseBody = async <T>(schema: z.ZodType<T> | undefined, request: Request): Promise<T> =>
  parsePart(schema, BODIES.includes(request.method) ? await readJson(request) : undefined)
