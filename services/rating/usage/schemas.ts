import type { Measures } from '#lib/metering/usage-measures.ts'
import type { Cost } from '#lib/rating/cost.ts'
import type { RateKind } from '#lib/rating/token-classes.ts'

/**
 * What usage is put together by. Labels belong to an account: two customers' "alice" are two. `everything`: nothing,
 * the accounts neither.
 */
export type UsageGroup =
  | 'everything'
  | 'account'
  | 'agent'
  | 'conversation'
  | 'feature'
  | 'key'
  | 'model'
  | 'organisation'
  | 'team'
  | 'user'

export type UsageBucket = 'day' | 'week' | 'month' | 'all'

export interface UsageQuery {
  /** Null: every account of the deployment. */
  readonly accounts: readonly string[] | null
  /** Whole UTC hours; `to` is not in it. */
  readonly from: Date
  readonly to: Date
  readonly by: UsageGroup
  /** UTC days, weeks from Monday, months; `all`: one bucket. */
  readonly every: UsageBucket
  /** More rows than this are refused. */
  readonly limit: number
}

/** Usage of one model through one provider, in one bucket, group, account and billing period. */
export interface UsageRow {
  /** First UTC day of the bucket, "2026-11-20"; the first day of the span where there is one bucket. */
  readonly bucket: string
  /** The account, key, model or label; empty for calls without that label. */
  readonly group: string
  /** Empty where accounts are put together. */
  readonly account: string
  /** UTC month of the calls, YYYYMM. */
  readonly period: number
  readonly provider: string
  readonly model: string
  /** Calls on keys that customers brought: they pay the provider, so the operator has no cost. */
  readonly isOwnKey: boolean
  readonly measures: Measures
}

/** Tokens that no cost table prices. */
export interface UnratedUsage {
  readonly provider: string
  readonly model: string
  readonly kind: RateKind
  readonly tokens: bigint
}

export interface RatedRow extends UsageRow {
  /** Of what has a rate. */
  readonly cost: Cost
  readonly unrated: readonly UnratedUsage[]
}
