import { AppError } from '#lib/errors/app-error.ts'
import type { UsageEventWire } from '#lib/metering/usage-event.ts'
import { usageSourceTag } from '#lib/metering/usage-source.ts'
import { ingestEvents } from '#services/metering/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import type { OutboxHandler } from '#services/platform/outbox/dispatch.ts'
import { leaveWill, replaceWill, revokeWill } from '#services/platform/outbox/last-will.ts'
import { countItems } from '#services/platform/telemetry.ts'
import type { UsageSource } from '../llm/payer.ts'
import { type HoldFacts, readHoldFacts } from './hold-facts.ts'

/** Outbox kind of a call that no other road will tell of. */
const OWN_EVENT_KIND = 'gateway.own-event'
const TOGETHER = 500

type CallFacts = Readonly<Record<string, unknown>>

const dedupeOf = (id: string): string => `event:${id}`

/**
 * Writes down that a call is about to be made which only the gateway knows of: if nobody tells by then how it ended, it
 * is reported without counts. False: an earlier try under the same id has been reported, or is about to be.
 */
export async function expectOwnEvent(
  ctx: ServiceContext,
  id: string,
  { facts, by }: { facts: CallFacts; by: Date },
): Promise<boolean> {
  const known = readHoldFacts(facts)
  if (!known) throw new AppError('internal', 'The request could not be metered. Nothing was sent: try again.')
  const payload = { ...eventOf(id, known), status: 'unknown', latencyMs: null }
  return leaveWill(ctx, { kind: OWN_EVENT_KIND, dedupe: dedupeOf(id), payload, runAt: by })
}

/** The call failed, so there is nothing to report. */
export const forgetOwnEvent = (ctx: ServiceContext, id: string): Promise<void> => revokeWill(ctx, dedupeOf(id))

/** Reports a call that only the gateway knows of. Counts that are not the model's own say so in a tag. */
export async function reportOwnEvent(
  ctx: ServiceContext,
  id: string,
  { facts, source }: { facts: CallFacts; source: UsageSource },
): Promise<void> {
  const known = readHoldFacts(facts)
  if (!known) return
  const tags = source === 'provider' ? [] : [usageSourceTag(source)]
  const payload = { ...eventOf(id, known), tags }
  await replaceWill(ctx, { kind: OWN_EVENT_KIND, dedupe: dedupeOf(id), payload })
}

/** Meters what the gateway reported. */
export const ownEventHandler: OutboxHandler = {
  kind: OWN_EVENT_KIND,
  batch: TOGETHER,
  async handle(ctx, messages) {
    const items = messages.map(({ payload }) => ({ raw: payload }))
    countItems('gateway', await ingestEvents(ctx, { road: 'gateway', items }))
    return new Map(messages.map(({ id }) => [id, { kind: 'done' as const }]))
  },
}

/** The event of a request, as the facts of its end tell it. */
export function eventOf(id: string, facts: HoldFacts): UsageEventWire {
  const { startedAt, endedAt, labels, inputTokens, outputTokens, cachedTokens, reasoningTokens } = facts
  const ended = endedAt ?? startedAt
  return {
    id,
    callId: facts.requestId,
    keyHash: facts.keyHash,
    accountKey: facts.keyId,
    startedAt,
    endedAt: ended,
    model: facts.model,
    provider: facts.provider,
    inputTokens,
    outputTokens,
    cachedTokens,
    reasoningTokens,
    status: 'success',
    stream: facts.stream,
    latencyMs: new Date(ended).getTime() - new Date(startedAt).getTime(),
    endUser: labels['end_user'],
    organization: labels['organization'],
    team: labels['team'],
    conversation: labels['conversation'],
    feature: labels['feature'],
    agent: labels['agent'],
    traceId: labels['trace_id'],
  }
}
