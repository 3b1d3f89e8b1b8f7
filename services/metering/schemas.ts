import type { Road, UsageEvent } from '#lib/metering/usage-event.ts'
import type { Period } from '#lib/period/period.ts'
import type { KeyPayer } from '#services/api-keys/index.ts'

/** Why usage could not become an event. Stable: operators filter by it. */
export type RejectReason =
  | 'invalid_event'
  | 'identity_forged'
  | 'identity_reused'
  | 'invalid_model_name'
  | 'missing_usage'
  | 'starts_in_future'
  | 'too_many_models'
  | 'above_hold'
  | 'unknown_key'
  | 'unknown_vault'
  | 'counts_differ'
  | 'refused_by_database'

/** One delivered call before anything is known about it. */
export interface IngestItem {
  readonly raw: unknown
  /**
   * Identity to fall back on when the minted one was used before by another call. Only the poll has one:
   * LiteLLM's own row id.
   */
  readonly alternativeId?: string
}

export interface IngestInput {
  readonly road: Road
  readonly items: readonly IngestItem[]
  /** Size of the delivery as it came, which bounds what may wait. */
  readonly bytes?: number
}

interface Rejection {
  /** Place in the delivered batch. */
  readonly index: number
  readonly reason: RejectReason
  readonly detail: string | null
}

/** What became of a batch: every item is exactly one of stored, duplicate or rejected. */
export interface IngestResult {
  readonly stored: number
  readonly duplicates: number
  readonly rejected: readonly Rejection[]
}

/** A call that is fit to be stored, if it is not there yet. */
export interface Candidate {
  readonly index: number
  readonly raw: unknown
  readonly identity: string
  readonly alternativeIdentity: string | null
  readonly event: UsageEvent
  readonly billableTokens: bigint
  /** 1e-12 USD; null if LiteLLM told none that can be read. */
  readonly litellmCost: bigint | null
  readonly period: Period
}

export interface PaidCandidate extends Candidate, KeyPayer {
  /** The credit account's own key that was used; null: none, or one that is not the payer's. */
  readonly accountKey: string | null
}
