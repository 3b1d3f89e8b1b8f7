import * as z from 'zod'

/** Labels are for reports; who pays is decided by the key alone. */
const LABEL_MAX = 256
const label = z.string().max(LABEL_MAX).nullish()

/** A token count on the wire: a decimal string, so that no reader rounds it. */
const tokens = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform((text) => BigInt(text))
const maybeTokens = tokens.nullish().transform((count) => count ?? null)

/** One call as it travels to the collector. Counts are the model's own; one that is missing is null, never a guess. */
export const usageEventSchema = z.object({
  id: z.string().regex(/^[A-Za-z0-9._:-]{8,200}$/),
  callId: z.string().min(1).max(256),
  keyHash: z.string().regex(/^[0-9a-f]{64}$/),
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
  litellmCostUsd: z.string().max(40).nullish(),
  status: z.enum(['success', 'failure']),
  cacheHit: z.boolean().default(false),
  stream: z.boolean().default(false),
  latencyMs: z.number().int().min(0).nullish(),
  endUser: label,
  organization: label,
  team: label,
  conversation: label,
  feature: label,
  agent: label,
  traceId: label,
  tags: z.array(z.string().max(LABEL_MAX)).max(32).default([]),
})

export type UsageEventWire = z.input<typeof usageEventSchema>
export type UsageEvent = z.output<typeof usageEventSchema>

/** The road that an event came by first. */
export type Road = 'gateway' | 'plugin' | 'poll'

/** Tokens that count for the bill: prompt and completion; cached and reasoning tokens are parts of them. */
export function billableTokens(event: UsageEvent): bigint {
  if (event.status === 'failure' || event.cacheHit) return 0n
  return (event.inputTokens ?? 0n) + (event.outputTokens ?? 0n)
}
