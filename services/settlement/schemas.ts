import type { Usage } from '#lib/pricing/price-usage.ts'
import type { Period } from '#lib/period/period.ts'

/** A period of a vault with usage that no sealed reading carries yet. */
export interface UnsettledPeriod {
  readonly vaultId: bigint
  readonly period: Period
}

/** What a reading says; never changes once it is planned. */
export interface ReadingContent {
  readonly vaultId: bigint
  readonly period: Period
  readonly sequence: bigint
  /** Billable tokens by model, in name order. */
  readonly models: readonly { readonly model: string; readonly tokens: string }[]
  readonly tokens: bigint
  readonly root: string
  readonly eventCount: number
}

export const usageOf = ({ models }: Pick<ReadingContent, 'models'>): Usage =>
  new Map(models.map(({ model, tokens }) => [model, BigInt(tokens)]))

/**
 * Moments at which a process can die with different things done: a reading is planned, its transaction is written
 * down, sent, known to be sealed.
 */
export type SettlementStep = 'after-plan' | 'after-prepare' | 'after-send' | 'after-seal'

/** Told of each step; production does nothing, a crash test ends the process. */
export type OnStep = (step: SettlementStep) => void
