import { isMintedEventId } from '#lib/metering/event-id.ts'
import { parseLitellmCost } from '#lib/metering/litellm-cost.ts'
import { normalizeModelName } from '#lib/metering/model-name.ts'
import { billableTokens, type Road, type UsageEvent, usageEventSchema } from '#lib/metering/usage-event.ts'
import { isPeriod, type Period } from '#lib/period/period.ts'
import { hmacHex } from '#services/platform/crypto/hash.ts'
import type { Candidate, IngestItem, RejectReason } from './schemas.ts'
import { wellFormed } from './well-formed.ts'

/** A sender's clock may be a day ahead, and this one some minutes behind; what starts later is nobody's call. */
const FUTURE_TOLERANCE_MS = 25 * 3_600_000

export interface Refusal {
  readonly index: number
  readonly raw: unknown
  readonly reason: RejectReason
  readonly detail: string | null
}

export const refuse = (
  item: Pick<Refusal, 'index' | 'raw'>,
  reason: RejectReason,
  detail: string | null = null,
): Refusal => ({
  index: item.index,
  raw: item.raw,
  reason,
  detail,
})

export type ReadItem =
  | { readonly ok: true; readonly candidate: Candidate }
  | { readonly ok: false; readonly refusal: Refusal }

export interface ReadingConditions {
  readonly road: Road
  readonly secret: string
  readonly now: Date
}

const POLLED = /^slog:/

/** A failed attempt and the success after it share the id that was minted for the call, and are two events. */
const identityOf = (id: string, status: UsageEvent['status']): string => (status === 'failure' ? `${id}:failure` : id)

function periodOfStart(startedAt: Date): Period | null {
  const period = startedAt.getUTCFullYear() * 100 + startedAt.getUTCMonth() + 1
  return isPeriod(period) ? period : null
}

/** A failed call may have named a model that never existed; it is free, and is kept under one name. */
function modelOf(event: UsageEvent, billed: boolean): string | null {
  return normalizeModelName(event.model) ?? (billed ? null : 'unknown')
}

/** LiteLLM writes zeros where a model told nothing: every call has something to read. */
const isCounted = ({ inputTokens, outputTokens }: UsageEvent): boolean =>
  inputTokens !== null && outputTokens !== null && inputTokens + outputTokens > 0n

function faultOf(event: UsageEvent, { road, secret, now }: ReadingConditions): RejectReason | null {
  const minted = isMintedEventId(secret, event.id, event.keyHash, hmacHex)
  if (!minted && !(road === 'poll' && POLLED.test(event.id))) return 'identity_forged'
  const billed = event.status === 'success' && !event.cacheHit
  if (billed && !isCounted(event)) return 'missing_usage'
  if (modelOf(event, billed) === null) return 'invalid_model_name'
  return event.startedAt.getTime() > now.getTime() + FUTURE_TOLERANCE_MS ? 'starts_in_future' : null
}

/** Judges one delivered item by itself: its shape, its identity, its model, its counts. */
export function readItem(item: IngestItem, index: number, conditions: ReadingConditions): ReadItem {
  const raw = wellFormed(item.raw)
  const refused = (reason: RejectReason, detail: string | null = null): ReadItem => ({
    ok: false,
    refusal: refuse({ index, raw }, reason, detail),
  })
  const parsed = usageEventSchema.safeParse(raw)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    return refused('invalid_event', issue ? `${issue.path.join('.') || 'event'}: ${issue.message}` : null)
  }
  const event = parsed.data
  const fault = faultOf(event, conditions)
  if (fault) return refused(fault)
  const period = periodOfStart(event.startedAt)
  if (period === null) return refused('invalid_event', 'startedAt: out of range')
  const model = modelOf(event, false) ?? 'unknown'
  const identity = identityOf(event.id, event.status)
  const alternativeIdentity = item.alternativeId ? identityOf(item.alternativeId, event.status) : null
  const litellmCost = event.litellmCostUsd === null ? null : parseLitellmCost(event.litellmCostUsd)
  const judged = { index, raw, identity, alternativeIdentity, event: { ...event, model }, period, litellmCost }
  return { ok: true, candidate: { ...judged, billableTokens: billableTokens(event) } }
}
