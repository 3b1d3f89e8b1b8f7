import { createHash } from 'node:crypto'
import { isMintedEventId, mintEventId } from '#lib/metering/event-id.ts'
import type { UsageEventWire } from '#lib/metering/usage-event.ts'
import type { SpendLog } from '#services/clients/litellm/index.ts'
import { hmacHex } from '#services/platform/crypto/hash.ts'
import type { IngestItem } from '../schemas.ts'
import { label, labelsOf, tagsOf } from './row-labels.ts'

const MODEL_MAX = 256
const PLAIN_ID = /^[A-Za-z0-9._:-]{3,180}$/

/** Identity by LiteLLM's own row. A provider may have chosen its text; one of an odd shape goes by its hash. */
const rowIdentity = (requestId: string): string =>
  PLAIN_ID.test(requestId)
    ? `slog:${requestId}`
    : `slog:sha256:${createHash('sha256').update(requestId.toWellFormed()).digest('hex')}`

const countText = (count: bigint | null): string | null => count?.toString() ?? null

/** The gateway's own id of a request, which it also sends as LiteLLM's call id. */
const REQUEST_ID = /^req_([0-9a-f]{32})$/

/**
 * The id that the plug-in minted, as it stands in the row; a caller without the plug-in can put anything there. A key
 * that nobody but the gateway has is used with the gateway's ids only.
 */
function mintedId({ notes, keyHash, callId }: SpendLog, secret: string, isGatewayKey: boolean): string | null {
  const id = notes['flareflow_event']
  if (typeof id === 'string' && isMintedEventId(secret, id, keyHash)) return id
  const nonce = isGatewayKey ? REQUEST_ID.exec(callId)?.[1] : undefined
  return nonce === undefined ? null : mintEventId(secret, nonce, keyHash, hmacHex)
}

/** An embedding has no answer to count; of any other call a count that is missing stays missing. */
const outputOf = ({ outputTokens, callType }: SpendLog): string | null =>
  outputTokens === null && callType?.includes('embedding') ? '0' : countText(outputTokens)

/**
 * A row of LiteLLM's spend logs as an event. Its identity is the id that the plug-in minted, when the row carries one
 * that is valid for its key; else the row's own.
 */
export function fromSpendLog(log: SpendLog, secret: string, isGatewayKey: boolean): IngestItem {
  const byRow = rowIdentity(log.requestId)
  const minted = mintedId(log, secret, isGatewayKey)
  const raw: UsageEventWire = {
    id: minted ?? byRow,
    callId: label(log.callId) ?? byRow,
    keyHash: log.keyHash,
    startedAt: log.startedAt.toISOString(),
    endedAt: log.endedAt.toISOString(),
    // Longer than any valid name may be, so that none becomes valid by being cut.
    model: label(log.model)?.slice(0, MODEL_MAX).toWellFormed() ?? 'unknown',
    servedModel: label(log.servedModel),
    provider: label(log.provider),
    inputTokens: countText(log.inputTokens),
    outputTokens: outputOf(log),
    cachedTokens: countText(log.cachedTokens),
    cacheWriteTokens: countText(log.cacheWriteTokens),
    reasoningTokens: countText(log.reasoningTokens),
    litellmCostUsd: log.costUsd?.slice(0, 40) ?? null,
    status: log.status,
    cacheHit: log.cacheHit,
    latencyMs: log.latencyMs === null ? null : Math.max(0, Math.round(log.latencyMs)),
    ...labelsOf(log, { minted: minted !== null }),
    tags: tagsOf(log, { minted: minted !== null }),
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
