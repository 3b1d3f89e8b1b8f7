import { AppError } from '#lib/errors/app-error.ts'
import type { GatewayRoute } from '#lib/gateway/routes.ts'
import { isEventStream } from '#lib/gateway/sse.ts'
import { clampTo } from '#lib/gateway/worst-case.ts'
import { hmacHex } from '#services/platform/crypto/hash.ts'
import type { GatewayInput } from '../define-gateway-route.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { EndedFree, type RequestEnd, type RequestHooks, withIdempotency } from '../idempotency/with-idempotency.ts'
import type { GatewayCaller } from '../schemas.ts'
import { admitRate } from './admit-rate.ts'
import type { Seat } from './answer-room.ts'
import { answerStream, type StreamOptions } from './answer-stream.ts'
import { answerFailure, answerWhole } from './answer-whole.ts'
import { Call } from './call.ts'
import { createCreditPayer } from './credit-payer.ts'
import { createOwnKeyPayer } from './own-key-payer.ts'
import { handOut } from './hand-out.ts'
import type { Payer } from './payer.ts'
import { type Body, type PlannedRequest, planRequest } from './plan-request.ts'
import { sendOnOwnKey } from './send-on-own-key.ts'
import type { Sent } from './upstream.ts'
import { createVaultPayer } from './vault-payer.ts'

type LlmInput = GatewayInput<'caller', undefined, undefined, Body>

async function payerOf(parts: GatewayParts, caller: GatewayCaller, plan: PlannedRequest): Promise<Payer> {
  if (caller.kind === 'vault') return createVaultPayer(parts, caller, plan.model)
  if (!plan.terms) throw new AppError('internal', 'The request could not be priced. Try again.')
  if (plan.ownKeyModel !== null) return createOwnKeyPayer(parts, caller, plan.terms, plan)
  return createCreditPayer(parts, caller, plan.terms)
}

/**
 * Serves one request of a model from its hold to its end. A retry counts against its caller's rate like every other
 * request, whether it is sent or told what was answered.
 */
export async function serveLlm(route: GatewayRoute, input: LlmInput): Promise<Response> {
  const { parts, caller, body, request, requestId } = input
  const plan = await planRequest(parts, caller, { route, body, request })
  const land = await admitRate(parts, caller, { requestId, tokens: plan.worst.tokens })
  try {
    const seat = parts.answerRoom.enter(plan.isStream ? 'stream' : 'whole')
    try {
      return await serveSeated(input, plan, { seat, land })
    } catch (error) {
      seat.free()
      throw error
    }
  } catch (error) {
    land(0n)
    throw error
  }
}

interface Admitted {
  readonly seat: Seat
  readonly land: Awaited<ReturnType<typeof admitRate>>
}

async function serveSeated(input: LlmInput, plan: PlannedRequest, { seat, land }: Admitted): Promise<Response> {
  const { parts, caller, request } = input
  const payer = await payerOf(parts, caller, plan)
  const keyed = { request, bodyText: input.bodyText, payer: payer.id, requestId: input.requestId, seat }
  let isStreaming = false
  const response = await withIdempotency(parts.system, keyed, async ({ requestId, isResumed }, hooks) => {
    await refuseLimited(parts, caller, plan)
    const call = await hold(parts, plan, payer, { requestId, keyId: caller.keyId, isResumed })
    const onEnd = (end: RequestEnd): void => {
      land(call.usedTokens)
      hooks.onEnd(end)
      if (isStreaming) seat.free()
    }
    const answered = await exchange(parts, call, { request, record: hooks.record, onEnd, seat })
    isStreaming = call.end === null
    return answered
  })
  if (isStreaming) return response
  land(0n)
  return handOut(response, { request, seat, ms: parts.system.env.gateway.timeoutMs })
}

/** LiteLLM itself refuses what limits on a vault's key stop. */
async function refuseLimited(parts: GatewayParts, caller: GatewayCaller, { labels }: PlannedRequest): Promise<void> {
  if (caller.kind === 'vault') return
  const { end_user, organization } = labels
  const values = { key: caller.keyId, end_user, organization }
  await parts.refuseLimited(parts.system, { accountId: caller.account.id, values })
}

/** What a request is when it is shortened to what can be paid for; null when that is nothing. */
function clamp(plan: PlannedRequest, tokens: bigint): PlannedRequest | null {
  const worst = clampTo(plan.worst, tokens)
  if (worst === null) return null
  const clampedTo = Math.max(...Object.values(worst.limit))
  return { ...plan, worst, fields: { ...plan.fields, ...worst.limit }, clampedTo }
}

/** Others may take what was affordable a moment ago. */
const CLAMPS = 3

async function hold(
  { system }: GatewayParts,
  plan: PlannedRequest,
  payer: Payer,
  identity: ConstructorParameters<typeof Call>[3],
): Promise<Call> {
  let wanted = plan
  for (let tried = 0; ; tried += 1) {
    const call = new Call(system, wanted, payer, identity)
    const placed = await call.hold()
    if (placed.ok) return call
    if (placed.startsAnew) throw new EndedFree(placed.error)
    const shorter = plan.mayClamp && tried < CLAMPS ? clamp(wanted, placed.affordableTokens) : null
    if (shorter === null) throw placed.error
    wanted = shorter
  }
}

/** The header by which the plug-in knows that the gateway holds the money for a call, and the call's identity. */
function ticketOf({ system }: GatewayParts, { eventId, payer }: Call): string {
  const seconds = Math.floor(system.clock().getTime() / 1_000)
  const mac = hmacHex(system.env.litellm.webhookSecret, `gateway|${seconds}|${eventId}|${payer.keyHash}`)
  return `v1.${seconds}.${eventId}.${mac}`
}

async function send(parts: GatewayParts, call: Call, signal: AbortSignal): Promise<Sent> {
  const secret = await call.payer.secret()
  if (secret === null) return refusedKey()
  const began = performance.now()
  const sent = await parts.upstream.send({
    path: `/v1${call.plan.route}`,
    headers: {
      authorization: `Bearer ${secret}`,
      'content-type': 'application/json',
      'x-litellm-call-id': call.requestId,
      'x-flareflow-gateway': ticketOf(parts, call),
    },
    body: JSON.stringify(call.plan.fields),
    signal,
  })
  call.modelMs += performance.now() - began
  return sent
}

/**
 * A LiteLLM whose database was lost doesn't know the account's key: it is made again, and the request sent again. Any
 * other 401 is of the model's provider, which may have done and metered what it was sent: that is told, not repeated.
 */
async function sendToLitellm(parts: GatewayParts, call: Call, signal: AbortSignal): Promise<Sent> {
  const sentAt = performance.now()
  const first = await send(parts, call, signal)
  if (!first.ok || first.answer.statusCode !== 401 || !(await call.payer.restoreKey(sentAt))) return first
  first.answer.body.on('error', () => undefined).destroy()
  return send(parts, call, signal)
}

const refusedKey = (): Sent => ({
  ok: false,
  outcome: 'not_sent',
  error: new AppError('litellm_refused', 'LiteLLM refused the request. Nothing was charged.'),
})

/** The request as it came, who is told what becomes of it, and its place in the room. */
type Served = RequestHooks & Pick<StreamOptions, 'request'> & { readonly seat: Seat }

async function exchange(parts: GatewayParts, call: Call, served: Served): Promise<Response> {
  const done = parts.inFlight.begin()
  let isStreaming = false
  const onEnd = (): void => {
    served.onEnd(call.end ?? 'unknown')
    done()
  }
  try {
    const response = await answer(parts, call, { ...served, onEnd })
    isStreaming = call.end === null
    return response
  } finally {
    if (!isStreaming) onEnd()
  }
}

async function answer(
  parts: GatewayParts,
  call: Call,
  { seat, ...served }: Pick<StreamOptions, 'request' | 'record' | 'onEnd'> & { readonly seat: Seat },
): Promise<Response> {
  const { timeoutMs, drainMs } = parts.system.env.gateway
  const deadline = AbortSignal.timeout(timeoutMs)
  const { ownKey } = call.payer
  const sending = ownKey ? sendOnOwnKey(parts, call, ownKey, deadline) : sendToLitellm(parts, call, deadline)
  const sent = await sending.catch(async (error: unknown) => {
    await call.fail(0)
    throw error
  })
  if (!sent.ok) {
    if (sent.outcome === 'not_sent') await call.fail(0)
    else call.leave(sent.error.internal)
    throw sent.error
  }
  const { answer: given } = sent
  if (given.statusCode >= 400) return answerFailure(call, given)
  if (!isEventStream(given.headers['content-type'])) return answerWhole(call, given, { signal: deadline, seat })
  return answerStream(call, given, { ...served, deadline, drainMs })
}
