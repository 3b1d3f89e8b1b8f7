import * as z from 'zod'

/** Labels are for reports; who pays is decided by the key alone. */
const LABEL_MAX = 256
const TAGS_MAX = 32

/** The first 256 characters: at most 1,024 bytes of UTF-8, which every index can hold. A long label costs no event. */
export function boundedLabel(text: string): string {
  // No character has more than two halves, and only a text with halves has fewer characters than its length says.
  return text.length <= LABEL_MAX
    ? text
    : Array.from(text.slice(0, 2 * LABEL_MAX))
        .slice(0, LABEL_MAX)
        .join('')
}

/** An empty label is none. */
const label = z
  .string()
  .nullish()
  .transform((text) => (text ? boundedLabel(text) : null))

const tags = z
  .array(z.string())
  .default([])
  .transform((all) => all.slice(0, TAGS_MAX).map(boundedLabel))

/** A token count on the wire: a decimal string, so that no reader rounds it. */
const tokens = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform((text) => BigInt(text))
const maybeTokens = tokens.nullish().transform((count) => count ?? null)

export const CALL_STATUSES = ['success', 'failure', 'unknown'] as const

/** How a call ended. */
export type CallStatus = (typeof CALL_STATUSES)[number]

const COST_MAX = 40

/** LiteLLM's word, whatever it is; one that was cut is no number any more, so that it can't be taken for another. */
function costText(said: unknown): string | null {
  if (said === null || said === undefined) return null
  const text = typeof said === 'string' ? said : JSON.stringify(said)
  return text.length <= COST_MAX ? text : `${text.slice(0, COST_MAX - 1)}…`.toWellFormed()
}

/** Milliseconds that the database can hold; what is none is unknown. */
const latency = z
  .unknown()
  .optional()
  .transform((said) => (typeof said === 'number' ? Math.min(Math.max(0, Math.round(said)), 2 ** 31 - 1) : null))

/** One call as it travels to the collector. Counts are the model's own; one that is missing is null, never a guess. */
export const usageEventSchema = z.object({
  id: z.string().regex(/^[A-Za-z0-9._:-]{8,200}$/),
  callId: z.string().min(1).transform(boundedLabel),
  keyHash: z.string().regex(/^[0-9a-f]{64}$/),
  /** Id of the credit account's own key that the gateway was called with; believed of one of the payer's only. */
  accountKey: label,
  startedAt: z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
  endedAt: z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
  /** LiteLLM's configured name, as the caller asked for it. */
  model: z.string().min(1).max(256),
  servedModel: label,
  provider: label,
  inputTokens: maybeTokens,
  outputTokens: maybeTokens,
  cachedTokens: maybeTokens,
  cacheWriteTokens: maybeTokens,
  reasoningTokens: maybeTokens,
  /** A binary float as text: a cross-check only. */
  litellmCostUsd: z.unknown().optional().transform(costText),
  /** `unknown`: it may have been answered, and nobody can tell; it bills nothing. */
  status: z.enum(CALL_STATUSES),
  cacheHit: z.boolean().default(false),
  stream: z.boolean().default(false),
  latencyMs: latency,
  endUser: label,
  organization: label,
  team: label,
  conversation: label,
  feature: label,
  agent: label,
  traceId: label,
  tags,
})

export type UsageEventWire = z.input<typeof usageEventSchema>
export type UsageEvent = z.output<typeof usageEventSchema>

/** The road that an event came by first. */
export type Road = 'gateway' | 'plugin' | 'poll'

/** Tokens that count for the bill: prompt and completion; cached and reasoning tokens are parts of them. */
export function billableTokens(event: UsageEvent): bigint {
  if (event.status !== 'success' || event.cacheHit) return 0n
  return (event.inputTokens ?? 0n) + (event.outputTokens ?? 0n)
}
