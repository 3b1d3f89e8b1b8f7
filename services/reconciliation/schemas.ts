import * as z from 'zod'
import type { Difference, Result } from '#lib/reconciliation/difference.ts'

/** A UTC day, YYYY-MM-DD. */
const dayText = z.iso.date('must be a day, YYYY-MM-DD')

/** Sums of one side, as decimal text: tokens of calls that cost something, cost in USD as LiteLLM tells it. */
const figuresView = z.record(z.string(), z.string())

interface Figures {
  readonly here: Record<string, string>
  readonly litellm: Record<string, string>
  /** LiteLLM's own totals of the day; null while it runs, and where this LiteLLM has none. */
  readonly counted: Record<string, string> | null
}

/** What was found for a key on a day. */
export interface KeyDay {
  readonly keyHash: string
  readonly vaultId: bigint
  readonly day: string
  readonly comparedTo: Date
  readonly result: Result
  readonly figures: Figures
  readonly differences: readonly Difference[]
}

const instant = z.iso.datetime()

const differenceView = z.object({
  kind: z.string(),
  id: z.string().nullable(),
  detail: z.string(),
  explanation: z.string().nullable(),
})

const keyDayView = z.object({
  keyHash: z.string(),
  vault: z.string(),
  day: z.string(),
  comparedTo: instant,
  result: z.enum(['matches', 'explained', 'unexplained']),
  figures: z.object({ here: figuresView, litellm: figuresView, counted: figuresView.nullable() }),
  /** The first thousand. */
  differences: z.array(differenceView),
  differenceCount: z.number(),
})

export const runView = z.object({
  id: z.string(),
  trigger: z.enum(['nightly', 'request', 'command']),
  requestedBy: z.string(),
  from: z.string(),
  to: z.string(),
  keyHash: z.string().nullable(),
  status: z.enum(['pending', 'running', 'done', 'failed']),
  createdAt: instant,
  finishedAt: instant.nullable(),
  error: z.string().nullable(),
  matches: z.number(),
  explained: z.number(),
  unexplained: z.number(),
  /** Calls that LiteLLM counted under keys that no vault has: nobody pays for them. */
  foreignCalls: z.number().nullable(),
})
export type RunView = z.output<typeof runView>

export const runListView = z.object({ runs: z.array(runView) })
/** `more`: there are further days of keys; those that are not explained come first. */
export const runDetailView = z.object({ run: runView, days: z.array(keyDayView), more: z.boolean() })
export type RunDetail = z.output<typeof runDetailView>

const MOST_DAYS = 31
const DAY_MS = 86_400_000

/** Days to compare, both included; of one key or of all. */
export const reconciliationInput = z
  .object({
    from: dayText,
    to: dayText,
    keyHash: z
      .string()
      .regex(/^[0-9a-f]{64}$/, "must be a key's SHA-256: 64 hex digits")
      .optional(),
  })
  .refine(({ from, to }) => from <= to, { message: 'must not be before from', path: ['to'] })
  .refine(({ from, to }) => (Date.parse(to) - Date.parse(from)) / DAY_MS < MOST_DAYS, {
    message: `must be at most ${MOST_DAYS} days from the first`,
    path: ['to'],
  })
export type ReconciliationInput = z.output<typeof reconciliationInput>
