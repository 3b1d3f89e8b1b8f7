import { createHash } from 'node:crypto'
import { isMintedEventId } from '#lib/metering/event-id.ts'
import type { UsageEventWire } from '#lib/metering/usage-event.ts'
import type { SpendLog } from '#services/clients/litellm/index.ts'
import type { IngestItem } from '../schemas.ts'

const PLAIN_ID = /^[A-Za-z0-9._:-]{3,180}$/
const LABEL_MAX = 256
const TAGS_MAX = 32

/** Identity by LiteLLM's own row. A provider may have chosen its text; one of an odd shape goes by its hash. */
const rowIdentity = (requestId: string): string =>
  PLAIN_ID.test(requestId)
    ? `slog:${requestId}`
    : `slog:sha256:${createHash('sha256').update(requestId.toWellFormed()).digest('hex')}`

const countText = (count: bigint | null): string | null => count?.toString() ?? null
const label = (text: string | null): string | null => text?.slice(0, LABEL_MAX) ?? null

/** An embedding has no answer to count; of any other call a count that is missing stays missing. */
const outputOf = ({ outputTokens, callType }: SpendLog): string | null =>
  outputTokens === null && callType?.includes('embedding') ? '0' : countText(outputTokens)

/**
 * A row of LiteLLM's spend logs as an event. Its identity is the id that the plug-in minted, when the row carries one
 * that is valid for its key; else the row's own.
 */
export function fromSpendLog(log: SpendLog, secret: string): IngestItem {
  const byRow = rowIdentity(log.requestId)
  const minted = log.eventId !== null && isMintedEventId(secret, log.eventId, log.keyHash) ? log.eventId : null
  const raw: UsageEventWire = {
    id: minted ?? byRow,
    callId: log.callId.slice(0, LABEL_MAX),
    keyHash: log.keyHash,
    startedAt: log.startedAt.toISOString(),
    endedAt: log.endedAt.toISOString(),
    model: (log.model ?? 'unknown').slice(0, LABEL_MAX),
    servedModel: label(log.servedModel),
    provider: label(log.provider),
    inputTokens: countText(log.inputTokens),
    outputTokens: outputOf(log),
    cachedTokens: countText(log.cachedTokens),
    cacheWriteTokens: countText(log.cacheWriteTokens),
    reasoningTokens: countText(log.reasoningTokens),
    litellmCostUsd: log.costUsd.slice(0, 40),
    status: log.status,
    cacheHit: log.cacheHit,
    latencyMs: log.latencyMs === null ? null : Math.max(0, Math.round(log.latencyMs)),
    endUser: label(log.endUser),
    organization: label(log.organization),
    team: label(log.team),
    traceId: label(log.traceId),
    tags: log.tags.slice(0, TAGS_MAX).map((tag) => tag.slice(0, LABEL_MAX)),
  }
  return minted ? { raw, alternativeId: byRow } : { raw }
}

/** Who and when of a row that can't be read, for the dead letter: never its prompts or answers. */
export function factsOfUnreadable(row: unknown): Record<string, unknown> {
  if (typeof row !== 'object' || row === null) return { row: typeof row }
  const kept = ['request_id', 'litellm_call_id', 'api_key', 'startTime', 'model_group', 'model', 'status', 'spend']
  const counts = ['prompt_tokens', 'completion_tokens', 'total_tokens']
  return Object.fromEntries(Object.entries(row).filter(([name]) => kept.includes(name) || counts.includes(name)))
}
