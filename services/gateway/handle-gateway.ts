import { AppError } from '#lib/errors/app-error.ts'
import { parseInput, queryOf } from '#lib/http/parse-input.ts'
import { appOrigins, requireAdmin, requireSameOrigin } from '#services/auth/index.ts'
import { type Actor, type ServiceContext, withActor } from '#services/platform/context.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import type { Logger } from '#services/platform/logger.ts'
import { answerError } from './answer-error.ts'
import { actorOf, authenticateCaller } from './authenticate-caller.ts'
import { type GatewayInput, type GatewayRoute, isOf } from './define-gateway-route.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { type Match, matchRoute } from './match-route.ts'
import { readBody } from './read-body.ts'
import type { GatewayAuth, GatewayCaller } from './schemas.ts'

/** Answers every request below the API's base. It never throws. */
export interface Gateway {
  (request: Request): Promise<Response>
  /**
   * Who sent a request to an address outside the gateway, where nothing is spent, by the key or token it shows. Throws
   * `invalid_api_key`.
   */
  actorOf(request: Request): Promise<Actor>
  /** Resolves when no request is under way, nor any stream. */
  idle(): Promise<void>
  /** Lets go of what the gateway opened for itself. No request may come any more. */
  close(): Promise<void>
}

type Found = Extract<Match, { kind: 'route' }>
type Input = GatewayInput<GatewayAuth, unknown, unknown, unknown>

const NONCE_BYTES = 16

/**
 * The gateway as one function: route → caller → body → input → verb → answer. Each step refuses with an AppError;
 * whatever is thrown leaves through the one error map. Every answer carries the request's id.
 */
export function handleWith(parts: GatewayParts, routes: readonly GatewayRoute[]): Gateway {
  const handle = async (request: Request): Promise<Response> => {
    const done = parts.inFlight.begin()
    const began = performance.now()
    const requestId = `req_${randomHex(NONCE_BYTES)}`
    const { pathname } = new URL(request.url)
    const log = parts.system.log.child({ requestId, method: request.method, path: pathname })
    const response = await answer(parts, routes, request, { requestId, log, pathname }).catch((error: unknown) =>
      answerError(error, log),
    )
    setFixedHeaders(response.headers, requestId)
    response.headers.append('server-timing', `total;dur=${(performance.now() - began).toFixed(2)}`)
    done()
    return response
  }
  return Object.assign(handle, {
    actorOf: async (request: Request) => actorOf(await authenticateCaller(parts, request, 'read')),
    idle: () => parts.inFlight.idle(),
    close: async () => void (await Promise.all([parts.rates.close(), parts.upstream.close()])),
  })
}

interface Meta {
  readonly requestId: string
  readonly pathname: string
  readonly log: Logger
}

async function answer(
  parts: GatewayParts,
  routes: readonly GatewayRoute[],
  request: Request,
  { requestId, log, pathname }: Meta,
): Promise<Response> {
  const match = matchRoute(routes, request.method, pathname)
  if (match.kind === 'nothing') throw new AppError('not_found', 'There is nothing at this address.')
  if (match.kind === 'other_method') return otherMethod(match.allowed, log)
  const { spec } = match.route
  const caller = await admit(parts, request, spec.auth)
  const ctx: ServiceContext = { ...withActor(parts.system, actorOf(caller)), log }
  if (spec.auth === 'admin') await requireAdmin(ctx)
  const input = await readInput(parts, match, request)
  const result = await match.route.handle({ ...input, ctx, parts, caller, request, requestId } as Input)
  return result instanceof Response ? result : jsonAnswer(match.route, result)
}

/** Nobody gets past the door of a route that isn't theirs, and no other site's page changes anything by a cookie. */
async function admit(parts: GatewayParts, request: Request, auth: GatewayAuth): Promise<GatewayCaller | null> {
  if (auth === 'public') return null
  const caller = await authenticateCaller(parts, request)
  if (!isOf(auth, caller)) {
    throw new AppError('account_required', "A subscription's key can't do this. Use a credit account, or its key.")
  }
  if (caller.kind === 'account' && caller.via === 'session') {
    requireSameOrigin(request, appOrigins(parts.system.env.app.url))
  } else if ((auth === 'session' || auth === 'admin') && caller.kind === 'account' && caller.via === 'key') {
    throw new AppError('not_permitted', "A key can't do this. Sign in to do it. Nothing was changed.")
  }
  return caller
}

async function readInput(parts: GatewayParts, { route, params }: Found, request: Request) {
  const { spec } = route
  const { bodyBytes: bytes, bodyMs: ms } = parts.system.env.gateway
  const body = spec.body ? await readBody(request, { bytes, ms }) : null
  return {
    params: spec.params ? parseInput(spec.params, params) : undefined,
    query: spec.query ? parseInput(spec.query, queryOf(request)) : undefined,
    body: spec.body && body ? parseInput(spec.body, body.value) : undefined,
    bodyText: body?.text ?? '',
  }
}

function otherMethod(allowed: readonly string[], log: Logger): Response {
  const list = allowed.join(', ')
  const response = answerError(new AppError('method_not_allowed', `This address takes ${list} only.`), log)
  response.headers.set('allow', list)
  return response
}

/** The answer, held to its schema. */
function jsonAnswer({ spec }: GatewayRoute, result: unknown): Response {
  const parsed = spec.response.safeParse(result)
  if (parsed.success) return Response.json(parsed.data, { status: spec.status ?? 200 })
  throw new AppError('internal', 'The answer could not be built. Try again; if it stays, quote the request id.', {
    internal: `response breaks its schema: ${JSON.stringify(parsed.error.issues)}`,
  })
}

/** Every answer is about one caller at one moment: no cache may keep it, no browser may guess another type. */
function setFixedHeaders(headers: Headers, requestId: string): void {
  headers.set('cache-control', 'no-store')
  headers.set('x-content-type-options', 'nosniff')
  // An answer that is told again keeps the id of the request that it answered.
  if (!headers.has('x-request-id')) headers.set('x-request-id', requestId)
}
