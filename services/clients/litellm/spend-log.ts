import * as z from 'zod'
import { isRecord } from '#lib/http/is-record.ts'
import { jsonOrNull } from '#lib/http/json-or-null.ts'

const count = z.number().int().min(0)
/** A count that only explains another: one that makes no sense is none. */
const partCount = count.nullish().catch(null)
const promptDetails = z
  .looseObject({ cached_tokens: partCount, cache_write_tokens: partCount, cache_creation_tokens: partCount })
  .nullish()
  .catch(null)
const completionDetails = z.looseObject({ reasoning_tokens: partCount }).nullish().catch(null)

/** The model's own usage, under OpenAI's older or newer names. */
const usageSchema = z.looseObject({
  prompt_tokens: count.nullish(),
  completion_tokens: count.nullish(),
  input_tokens: count.nullish(),
  output_tokens: count.nullish(),
  prompt_tokens_details: promptDetails,
  input_tokens_details: promptDetails,
  completion_tokens_details: completionDetails,
  output_tokens_details: completionDetails,
  cache_creation_input_tokens: partCount,
  cache_read_input_tokens: partCount,
})

/** Some versions give an object back as the text that they stored. */
const parsed = (value: unknown): unknown => (typeof value === 'string' ? jsonOrNull(value) : value)

/** What is no object says nothing; what is one must make sense. */
const objectOr = <T>(schema: z.ZodType<T>) =>
  z.preprocess((value) => (isRecord(parsed(value)) ? parsed(value) : null), schema.nullable())

const metadataSchema = z.looseObject({
  status: z.string().nullish().catch(null),
  usage_object: objectOr(usageSchema),
  spend_logs_metadata: objectOr(z.record(z.string(), z.unknown())),
  litellm_call_id: z.string().nullish().catch(null),
})
const text = z.string().nullish().catch(null)

const hasZone = /(Z|[+-]\d\d:?\d\d)$/
/** LiteLLM's times are UTC, whether they say so or not. */
const time = z
  .string()
  .transform((written) => new Date(hasZone.test(written) ? written : `${written.replace(' ', 'T')}Z`))
  .pipe(z.date())

/** A row of /spend/logs/v2, of which only what metering needs is read. */
const rowSchema = z.looseObject({
  request_id: z.string().min(1),
  litellm_call_id: text,
  call_type: text,
  api_key: z.string(),
  spend: z.number().nullish().catch(null),
  prompt_tokens: count.nullish(),
  completion_tokens: count.nullish(),
  startTime: time,
  endTime: time,
  request_duration_ms: z.number().nullish().catch(null),
  model: text,
  model_group: text,
  custom_llm_provider: text,
  end_user: text,
  team_id: text,
  organization_id: text,
  agent_id: text,
  session_id: text,
  status: text,
  cache_hit: z.union([z.string(), z.boolean()]).nullish(),
  request_tags: z.preprocess(parsed, z.array(z.unknown()).nullish().catch(null)),
  metadata: objectOr(metadataSchema),
})
type Row = z.infer<typeof rowSchema>

/** One call in LiteLLM's own books. Counts are null where LiteLLM has none: its columns say 0 then. */
export interface SpendLog {
  /** LiteLLM's primary key: the provider's response id, which the model's server chooses. */
  readonly requestId: string
  readonly callId: string
  /** What was noted with the call: the plug-in's notes, or whatever a caller without the plug-in put there. */
  readonly notes: Readonly<Record<string, unknown>>
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
  /** A binary float as text: a cross-check only. Null where it can't be a cost. */
  readonly costUsd: string | null
  readonly status: 'success' | 'failure'
  readonly cacheHit: boolean
  readonly latencyMs: number | null
  readonly endUser: string | null
  readonly team: string | null
  readonly organization: string | null
  readonly agent: string | null
  readonly traceId: string | null
  readonly tags: readonly string[]
}

/** Reads a row; the reason when it can't be read. */
export function readSpendLog(row: unknown): { log: SpendLog } | { reason: string } {
  const read = rowSchema.safeParse(row)
  if (read.success) return { log: toSpendLog(read.data) }
  return { reason: read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ') }
}

function toSpendLog(row: Row): SpendLog {
  const status = row.status === 'failure' || row.metadata?.status === 'failure' ? 'failure' : 'success'
  return {
    requestId: row.request_id,
    callId: row.litellm_call_id || row.metadata?.litellm_call_id || row.request_id,
    notes: row.metadata?.spend_logs_metadata ?? {},
    keyHash: row.api_key,
    callType: row.call_type ?? null,
    startedAt: row.startTime,
    endedAt: row.endTime,
    model: row.model_group || row.model || null,
    servedModel: row.model || null,
    provider: row.custom_llm_provider || null,
    ...tokensOf(row),
    costUsd: costOf(row),
    status,
    cacheHit: String(row.cache_hit).toLowerCase() === 'true',
    latencyMs: row.request_duration_ms ?? null,
    endUser: row.end_user || null,
    team: row.team_id || null,
    organization: row.organization_id || null,
    agent: row.agent_id || null,
    traceId: row.session_id || null,
    tags: (row.request_tags ?? []).filter((tag) => typeof tag === 'string'),
  }
}

/** The model's own usage where the row has it. A column that says 0 without it means nothing. */
function tokensOf({ metadata, prompt_tokens, completion_tokens }: Row) {
  const usage = metadata?.usage_object
  const prompt = usage?.prompt_tokens_details ?? usage?.input_tokens_details
  const completion = usage?.completion_tokens_details ?? usage?.output_tokens_details
  const written = prompt?.cache_write_tokens ?? prompt?.cache_creation_tokens
  return {
    inputTokens: whole(usage ? (usage.prompt_tokens ?? usage.input_tokens) : prompt_tokens || null),
    outputTokens: whole(usage ? (usage.completion_tokens ?? usage.output_tokens) : completion_tokens || null),
    cachedTokens: whole(prompt?.cached_tokens ?? usage?.cache_read_input_tokens),
    cacheWriteTokens: whole(written ?? usage?.cache_creation_input_tokens),
    reasoningTokens: whole(completion?.reasoning_tokens),
  }
}

const whole = (value: number | null | undefined): bigint | null =>
  value === null || value === undefined ? null : BigInt(value)

/** Beyond this it is no cost of a call. */
const largestCost = 1_000_000

const costOf = ({ spend }: Row): string | null =>
  typeof spend === 'number' && spend >= 0 && spend <= largestCost ? String(spend) : null
