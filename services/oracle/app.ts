import { Hono } from 'hono'
import * as z from 'zod'
import { AppError } from '#lib/errors/app-error.ts'
import { getPoll, type IngestInput, type IngestResult, receiveHint, requestPoll } from '#services/metering/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import type { LoopState } from '#services/workers/loop.ts'
import { isSigned, requireSecret, requireSignature } from './authenticate.ts'
import { getHealth } from './health.ts'
import { parseJson, readBody, requireJsonType } from './read-body.ts'

export interface OracleAppOptions {
  readonly ctx: ServiceContext
  readonly ingest: (input: IngestInput) => Promise<IngestResult>
  readonly workers: () => LoopState[]
}

const MAX_EVENTS = 5_000

/** What the plug-in sends: events are judged one by one, so that a bad one spoils none. */
const delivery = z.object({
  source: z.string().max(64),
  version: z.literal(1),
  events: z.array(z.unknown()).max(MAX_EVENTS, `at most ${MAX_EVENTS} events a batch`),
})
const pollRequest = z.object({
  vaultId: z
    .string()
    .regex(/^\d{1,19}$/)
    .transform((digits) => BigInt(digits))
    .refine((id) => id < 2n ** 63n),
})

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const where = issue?.path.join('.') || 'body'
  throw new AppError('invalid_request', `The body is not what this address takes: ${where}: ${issue?.message}.`)
}

/** Signed by the plug-in: answered only after the events are stored. */
async function takeDelivery({ ctx, ingest }: OracleAppOptions, request: Request): Promise<Response> {
  const { sent, plain } = await readBody(request)
  requireSignature(request.headers, sent, ctx.env.litellm.webhookSecret, ctx.clock())
  const { events } = parse(delivery, parseJson(plain))
  const items = events.map((raw) => ({ raw }))
  const { stored, duplicates, rejected } = await ingest({ road: 'plugin', items, bytes: plain.byteLength })
  return Response.json({ stored, duplicates, rejected: rejected.map(({ index, reason }) => ({ index, reason })) })
}

/** Anybody else with the secret: a hint, which starts polls and never makes an event. */
async function takeHint({ ctx }: OracleAppOptions, request: Request): Promise<Response> {
  requireSecret(request.headers, ctx.env.litellm.webhookSecret)
  const { plain } = await readBody(request)
  const { polls, deadLetters } = await receiveHint(ctx, parseJson(plain))
  return Response.json({ poll: polls[0] ?? null, polls, deadLetters }, { status: 202 })
}

/** The oracle's HTTP interface. Errors are answered in one place, and no answer carries a secret. */
export function createOracleApp(options: OracleAppOptions): Hono {
  const ctx = withActor(options.ctx, { kind: 'webhook', source: 'http' })
  const { webhookSecret } = ctx.env.litellm
  const app = new Hono()
  app.post('/webhook/usage', (c) => {
    requireJsonType(c.req.raw.headers)
    const take = isSigned(c.req.raw.headers) ? takeDelivery : takeHint
    return take({ ...options, ctx }, c.req.raw)
  })
  app.post('/polls', async (c) => {
    requireJsonType(c.req.raw.headers)
    requireSecret(c.req.raw.headers, webhookSecret)
    const { vaultId } = parse(pollRequest, parseJson((await readBody(c.req.raw)).plain))
    const requested = await requestPoll(ctx, { vaultId, reason: 'request', payload: { vaultId: vaultId.toString() } })
    if (!requested.ok) throw new AppError('vault_not_found', 'No key of this vault is known here. Nothing was polled.')
    return c.json({ poll: requested.pollId }, 202)
  })
  app.get('/polls/:id', async (c) => {
    requireSecret(c.req.raw.headers, webhookSecret)
    return c.json(await getPoll(ctx, c.req.param('id')))
  })
  app.get('/health', async (c) => {
    const health = await getHealth(ctx, options.workers)
    return c.json(health, health.status === 'down' ? 503 : 200)
  })
  for (const path of ['/webhook/usage', '/polls', '/health']) app.all(path, () => Promise.reject(methodNotAllowed()))
  app.notFound(() => answer(new AppError('not_found', 'There is nothing at this address.')))
  app.onError((error) => answerError(ctx, error))
  return app
}

const methodNotAllowed = (): AppError => new AppError('method_not_allowed', 'This address does not take that method.')

/** When to send again what was refused because too much was going on. */
const BUSY_SECONDS = '1'

function answer(error: AppError): Response {
  const headers = error.status === 429 ? { 'retry-after': BUSY_SECONDS } : {}
  return Response.json(error.toJSON(), { status: error.status, headers })
}

function answerError(ctx: ServiceContext, error: unknown): Response {
  if (error instanceof AppError) {
    const level = error.status >= 500 ? 'error' : 'info'
    ctx.log[level]({ code: error.code, internal: error.internal, cause: error.cause }, 'a request was refused')
    return answer(error)
  }
  ctx.log.error({ err: error }, 'a request failed')
  return answer(new AppError('internal', 'Something failed here. Nothing was stored: send it again.', { cause: error }))
}
