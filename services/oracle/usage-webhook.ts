import * as z from 'zod'
import { AppError } from '#lib/errors/app-error.ts'
import { findKeyOwners } from '#services/api-keys/index.ts'
import { type IngestInput, type IngestResult, receiveHint } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { withTransaction } from '#services/platform/db/transaction.ts'
import { countHint, countItems, observeIngest } from '#services/platform/telemetry.ts'
import { isSigned, requireSecret, requireSignature, type ValidSignature } from './authenticate.ts'
import { parseBody } from './parse-body.ts'
import { parseJson, readBody } from './read-body.ts'
import { takeSignature } from './store.ts'

export interface WebhookOptions {
  readonly ctx: ServiceContext
  readonly ingest: (input: IngestInput) => Promise<IngestResult>
}

const MAX_EVENTS = 5_000
const MAX_KEYS = 100

/** What the plug-in sends: events are judged one by one, so that a bad one spoils none. */
const delivery = z.object({
  source: z.string().max(64),
  version: z.literal(1),
  events: z.array(z.unknown()).max(MAX_EVENTS, `at most ${MAX_EVENTS} events a batch`),
  /** Keys that the sender is going to use: it is told which of them nobody could be billed for. */
  keys: z
    .array(z.string().regex(/^[0-9a-f]{64}$/))
    .max(MAX_KEYS)
    .optional(),
})

const isDelivery = (body: unknown): boolean => typeof body === 'object' && body !== null && 'events' in body

/** Usage, from the plug-in or as a hint. Whoever sends it shows that he has the secret, by using or by showing it. */
export async function takeUsage(options: WebhookOptions, request: Request): Promise<Response> {
  const { ctx } = options
  const secret = ctx.env.litellm.webhookSecret
  if (!isSigned(request.headers)) {
    requireSecret(request.headers, secret)
    const { plain } = await readBody(request, () => undefined)
    return takeHint(ctx, parseJson(plain))
  }
  const { plain, checked: signature } = await readBody(request, (sent) =>
    requireSignature(request.headers, sent, secret, ctx.clock()),
  )
  const body = parseJson(plain)
  return isDelivery(body) ? takeDelivery(options, body, plain.byteLength) : takeSignedHint(ctx, body, signature)
}

/**
 * Answered only after the events are stored. The same delivery may come again: a sender that lost the answer must be
 * able to repeat it, and each event is stored once, whatever carries it.
 */
async function takeDelivery({ ctx, ingest }: WebhookOptions, body: unknown, bytes: number): Promise<Response> {
  const began = performance.now()
  const { events, keys } = parseBody(delivery, body)
  const result = await ingest({ road: 'plugin', items: events.map((raw) => ({ raw })), bytes })
  countItems('plugin', result)
  observeIngest((performance.now() - began) / 1_000)
  const rejected = result.rejected.map(({ index, reason }) => ({ index, reason }))
  const answer = { stored: result.stored, duplicates: result.duplicates, rejected }
  return Response.json(keys ? { ...answer, unknownKeys: await unknownOf(ctx, keys) } : answer)
}

async function unknownOf(ctx: ServiceContext, keys: readonly string[]): Promise<string[]> {
  const owners = await findKeyOwners(ctx, keys)
  return keys.filter((key) => !owners.has(key))
}

/** Starts polls and never makes an event. */
async function takeHint(ctx: ServiceContext, body: unknown): Promise<Response> {
  const { polls, deadLetters } = await receiveHint(ctx, body)
  for (const _ of polls) countHint('poll')
  for (const _ of deadLetters) countHint('dead_letter')
  return Response.json({ poll: polls[0] ?? null, polls, deadLetters }, { status: 202 })
}

/** A signed hint counts once: nobody who has overheard it can start polls with it again. */
const takeSignedHint = (ctx: ServiceContext, body: unknown, signature: ValidSignature): Promise<Response> =>
  withTransaction(ctx, async (tx) => {
    if (await takeSignature(tx.db, signature.value, signature.expiresAt, tx.clock())) return takeHint(tx, body)
    throw new AppError('signature_replayed', 'This signed message was taken before. Sign it anew to send it again.')
  })
