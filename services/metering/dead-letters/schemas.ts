import * as z from 'zod'
import type { ActionRow, DeadLetterRow } from './store.ts'

const MOST_LISTED = 500
const MOST_DIGITS = 18

export const letterId = z
  .string()
  .regex(new RegExp(`^[1-9]\\d{0,${MOST_DIGITS - 1}}$`), "must be a dead letter's number")
  .transform((digits) => BigInt(digits))

export const letterParams = z.object({ id: letterId })

const word = z.string().regex(/^[a-z_]{1,40}$/, 'must be a word like unknown_key')
const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text))

/** Which dead letters: by how they stand, why and how they came, and when. */
export const letterFilter = z.object({
  state: z.enum(['open', 'resolved', 'all']).default('open'),
  reason: word.optional(),
  road: word.optional(),
  from: instant.optional(),
  to: instant.optional(),
})
export type LetterFilter = z.output<typeof letterFilter>

export const letterQuery = letterFilter.extend({
  /** The page that goes on before this letter. */
  before: letterId.optional(),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, `must be a number from 1 to ${MOST_LISTED}`)
    .transform((digits) => Math.min(Number.parseInt(digits, 10), MOST_LISTED))
    .default(100),
})
export type LetterQuery = z.output<typeof letterQuery>

export const fixInput = z.object({ payload: z.record(z.string(), z.unknown()) })
export const discardInput = z.object({ reason: z.string().trim().min(3).max(500) })

const letterView = z.object({
  id: z.string(),
  road: z.string(),
  reason: z.string(),
  detail: z.string().nullable(),
  payload: z.unknown(),
  receivedAt: z.iso.datetime(),
  resolvedAt: z.iso.datetime().nullable(),
  resolution: z.enum(['replayed', 'discarded']).nullable(),
})
export type LetterView = z.output<typeof letterView>

export const letterPageView = z.object({
  /** Of the filter, on all pages. */
  total: z.number(),
  /** Newest first. */
  letters: z.array(letterView),
  /** `before` of the next page; null on the last. */
  next: z.string().nullable(),
})
export type LetterPageView = z.output<typeof letterPageView>

const actionView = z.object({
  action: z.enum(['fixed', 'replayed', 'discarded']),
  actor: z.string(),
  at: z.iso.datetime(),
  reason: z.string().nullable(),
  /** Before a fix. */
  payloadBefore: z.unknown(),
})

export const letterDetailView = letterView.extend({ actions: z.array(actionView) })
export type LetterDetailView = z.output<typeof letterDetailView>

export const replayView = z.object({
  /** Events now, or already before. */
  resolved: z.number(),
  left: z.array(z.object({ id: z.string(), reason: z.string(), detail: z.string().nullable() })),
})
export type ReplayView = z.output<typeof replayView>

export const toLetterView = (row: DeadLetterRow): LetterView => ({
  id: row.id.toString(),
  road: row.road,
  reason: row.reason,
  detail: row.detail,
  payload: row.payload,
  receivedAt: row.receivedAt.toISOString(),
  resolvedAt: row.resolvedAt?.toISOString() ?? null,
  resolution: row.resolution,
})

export const toDetailView = (row: DeadLetterRow, actions: readonly ActionRow[]): LetterDetailView => ({
  ...toLetterView(row),
  actions: actions.map(({ action, actor, at, reason, payloadBefore }) => ({
    action,
    actor,
    at: at.toISOString(),
    reason,
    payloadBefore,
  })),
})
