import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import * as z from 'zod'
import { AppError } from '#lib/errors/app-error.ts'
import { getPoll, requestPoll } from '#services/metering/index.ts'
import { withActor } from '#services/platform/context.ts'
import type { LoopState } from '#services/workers/loop.ts'
import { answer, answerError } from './answer-error.ts'
import { requireSecret } from './authenticate.ts'
import { getHealth, isDatabaseReady } from './health.ts'
import { createHoldDesk } from './holds.ts'
import { isLocal } from './is-local.ts'
import { renderMetrics } from './metrics.ts'
import { parseBody } from './parse-body.ts'
import { parseJson, readBody, requireJsonType } from './read-body.ts'
import { takeUsage, type WebhookOptions } from './usage-webhook.ts'

export interface OracleAppOptions extends WebhookOptions {
  readonly workers: () => LoopState[]
  /** True from the moment at which the process was asked to end. */
  readonly isStopping?: () => boolean
}

type OracleApp = Hono<{ Bindings: HttpBindings }>

const pollRequest = z.object({
  vaultId: z
    .string()
    .regex(/^\d{1,19}$/)
    .transform((digits) => BigInt(digits))
    .refine((id) => id < 2n ** 63n),
})

/** The oracle's HTTP interface: usage for receivers, its own state for all. No answer carries a secret. */
export function createOracleApp(options: OracleAppOptions): OracleApp {
  const ctx = withActor(options.ctx, { kind: 'webhook', source: 'http' })
  const isStopping = options.isStopping ?? (() => false)
  const app: OracleApp = new Hono()
  if (ctx.env.oracle.roles.includes('receiver')) {
    for (const path of ['/webhook/*', '/polls', '/holds']) {
      app.use(path, (_, next) => (isStopping() ? Promise.reject(stopping()) : next()))
    }
    addUsageRoutes(app, { ...options, ctx })
  }
  addStateRoutes(app, { ...options, ctx, isStopping })
  app.notFound(() => answer(new AppError('not_found', 'There is nothing at this address.')))
  app.onError((error) => answerError(ctx, error))
  return app
}

function addUsageRoutes(app: OracleApp, options: OracleAppOptions): void {
  const { ctx } = options
  const { webhookSecret } = ctx.env.litellm
  app.post('/webhook/usage', (c) => {
    requireJsonType(c.req.raw.headers)
    return takeUsage(options, c.req.raw)
  })
  const answerHold = createHoldDesk(ctx)
  app.post('/holds', (c) => {
    requireJsonType(c.req.raw.headers)
    return answerHold(c.req.raw)
  })
  app.post('/polls', async (c) => {
    requireJsonType(c.req.raw.headers)
    requireSecret(c.req.raw.headers, webhookSecret)
    const { plain } = await readBody(c.req.raw, () => undefined)
    const { vaultId } = parseBody(pollRequest, parseJson(plain))
    const requested = await requestPoll(ctx, { vaultId, reason: 'request', payload: { vaultId: vaultId.toString() } })
    if (!requested.ok) throw new AppError('vault_not_found', 'No key of this vault is known here. Nothing was polled.')
    return c.json({ poll: requested.pollId }, 202)
  })
  app.get('/polls/:id', async (c) => {
    requireSecret(c.req.raw.headers, webhookSecret)
    return c.json(await getPoll(ctx, c.req.param('id')))
  })
  for (const path of ['/webhook/usage', '/holds', '/polls']) app.all(path, () => Promise.reject(methodNotAllowed()))
}

function addStateRoutes(app: OracleApp, options: Required<OracleAppOptions>): void {
  const { ctx, workers, isStopping } = options
  app.get('/health', async (c) => {
    const health = await getHealth(ctx, workers)
    return c.json(health, health.status === 'down' ? 503 : 200)
  })
  app.get('/health/live', (c) => c.json({ live: true }))
  app.get('/health/ready', async (c) => {
    const isReady = !isStopping() && (await isDatabaseReady(ctx))
    return isReady ? c.json({ ready: true }) : c.json({ ready: false, stopping: isStopping() }, 503)
  })
  app.get('/metrics', async (c) => {
    if (!isLocal(c.req.raw.headers, c.env)) requireSecret(c.req.raw.headers, ctx.env.litellm.webhookSecret)
    const { type, text } = await renderMetrics(ctx, workers())
    return c.text(text, 200, { 'content-type': type })
  })
  const paths = ['/health', '/health/live', '/health/ready', '/metrics']
  for (const path of paths) app.all(path, () => Promise.reject(methodNotAllowed()))
}

const methodNotAllowed = (): AppError => new AppError('method_not_allowed', 'This address does not take that method.')
const stopping = (): AppError =>
  new AppError('stopping', 'This process is about to end. Nothing was stored: send it again in a moment.')
