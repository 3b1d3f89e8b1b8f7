import * as z from 'zod'

const count = z.number().int().min(0)
const usageSchema = z.looseObject({
  prompt_tokens: count.nullish(),
  completion_tokens: count.nullish(),
  prompt_tokens_details: z.looseObject({ cached_tokens: count.nullish() }).nullish(),
  completion_tokens_details: z.looseObject({ reasoning_tokens: count.nullish() }).nullish(),
  cache_creation_input_tokens: count.nullish(),
  cache_read_input_tokens: count.nullish(),
})
const metadataSchema = z.looseObject({
  status: z.string().nullish(),
  usage_object: usageSchema.nullish(),
  spend_logs_metadata: z.looseObject({ flareflow_event: z.string().nullish() }).nullish().catch(null),
  litellm_call_id: z.string().nullish(),
})
const text = z.string().nullish()

/** A row of /spend/logs/v2, of which only what metering needs is read. */
const rowSchema = z.looseObject({
  request_id: z.string().min(1),
  litellm_call_id: text,
  call_type: text,
  api_key: z.string(),
  spend: z.number(),
  prompt_tokens: count.nullish(),
  completion_tokens: count.nullish(),
  startTime: z.coerce.date(),
  endTime: z.coerce.date(),
  request_duration_ms: z.number().nullish(),
  model: text,
  model_group: text,
  custom_llm_provider: text,
  end_user: text,
  team_id: text,
  organization_id: text,
  session_id: text,
  status: text,
  cache_hit: z.union([z.string(), z.boolean()]).nullish(),
  request_tags: z.array(z.string()).nullish().catch(null),
  metadata: metadataSchema.nullish(),
})
type Row = z.infer<typeof rowSchema>

/** One call in LiteLLM's own books. Counts are null where LiteLLM has none: its columns say 0 then. */
export interface SpendLog {
  /** LiteLLM's primary key: the provider's response id, which the model's server chooses. */
  readonly requestId: string
  readonly callId: string
  /** The id that the plug-in minted, as it stands in the row; a caller without the plug-in can put anything there. */
  readonly eventId: string | null
  readonly keyHash: string
  readonly callType: string | null
  readonly startedAt: Date
  readonly endedAt: Date
  readonly model: string | null
  readonly servedModel: string | null
  readonly provider: string | null
  readonly inputTokens: bigint | null
  readonly outputTokens: bigint | null
  readonly cachedTokens: bigint | null
  readonly cacheWriteTokens: bigint | null
  readonly reasoningTokens: bigint | null
  /** A binary float as text: a cross-check only. */
  readonly costUsd: string
  readonly status: 'success' | 'failure'
  readonly cacheHit: boolean
  readonly latencyMs: number | null
  readonly endUser: string | null
  readonly team: string | null
  readonly organization: string | null
  readonly traceId: string | null
  readonly tags: readonly string[]
}

/** Reads a row; the reason when it can't be read. */
export function readSpendLog(row: unknown): { log: SpendLog } | { reason: string } {
  const parsed = rowSchema.safeParse(row)
  if (parsed.success) return { log: toSpendLog(parsed.data) }
  return { reason: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ') }
}

function toSpendLog(row: Row): SpendLog {
  const status = row.status === 'failure' || row.metadata?.status === 'failure' ? 'failure' : 'success'
  return {
    requestId: row.request_id,
    callId: row.litellm_call_id || row.metadata?.litellm_call_id || row.request_id,
    eventId: row.metadata?.spend_logs_metadata?.flareflow_event ?? null,
    keyHash: row.api_key,
    callType: row.call_type ?? null,
    startedAt: row.startTime,
    endedAt: row.endTime,
    model: row.model_group || row.model || null,
    servedModel: row.model || null,
    provider: row.custom_llm_provider || null,
    ...tokensOf(row),
    costUsd: String(row.spend),
    status,
    cacheHit: String(row.cache_hit).toLowerCase() === 'true',
    latencyMs: row.request_duration_ms ?? null,
    endUser: row.end_user || null,
    team: row.team_id || null,
    organization: row.organization_id || null,
    traceId: row.session_id || null,
    tags: row.request_tags ?? [],
  }
}

/** The model's own usage where the row has it. A column that says 0 without it means nothing. */
function tokensOf({ metadata, prompt_tokens, completion_tokens }: Row) {
  const usage = metadata?.usage_object
  return {
    inputTokens: whole(usage ? usage.prompt_tokens : prompt_tokens || null),
    outputTokens: whole(usage ? usage.completion_tokens : completion_tokens || null),
    cachedTokens: whole(usage?.prompt_tokens_details?.cached_tokens ?? usage?.cache_read_input_tokens),
    cacheWriteTokens: whole(usage?.cache_creation_input_tokens),
    reasoningTokens: whole(usage?.completion_tokens_details?.reasoning_tokens),
  }
}

const whole = (value: number | null | undefined): bigint | null =>
  value === null || value === undefined ? null : BigInt(value)
