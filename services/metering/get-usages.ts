import { shareByModel, priceUsage } from '#lib/pricing/price-usage.ts'
import type { Usd } from '#lib/money/units.ts'
import { type Period, periodOf } from '#lib/period/period.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { getSchedule } from '#services/pricing/index.ts'
import { listMeters, listRecentEvents, type MeterRow, type RecentEvent } from './store.ts'

const RECENT = 20

interface ModelUsage {
  readonly model: string
  readonly tokens: bigint
  readonly requests: bigint
  /** Its share of the period's price; the shares add up to it. */
  readonly usd: Usd
}

/** A vault's usage in one billing period, priced by the schedule on chain as the contract will price it. */
export interface VaultUsage {
  readonly period: Period
  /** Billable tokens. */
  readonly tokens: bigint
  /** Every call, also failed ones and cache hits. */
  readonly requests: bigint
  readonly priceUsd: Usd
  /** Name of the tier that the period's total falls into. */
  readonly tier: string
  /** Billed models, most tokens first. */
  readonly models: readonly ModelUsage[]
  /** The newest calls of any period, newest first. */
  readonly recent: readonly RecentEvent[]
}

/**
 * Usage of each vault that is asked for, in the open period or the one given; a vault without calls has zeros.
 * The caller has checked that the actor is a party of each vault.
 */
export async function getUsages(
  ctx: ServiceContext,
  vaultIds: readonly bigint[],
  period: Period = periodOf(ctx.clock()),
): Promise<Map<bigint, VaultUsage>> {
  if (vaultIds.length === 0) return new Map()
  const [schedule, meters, recent] = await Promise.all([
    getSchedule(ctx, period),
    listMeters(ctx.db, ctx.deploymentId, vaultIds, period),
    listRecentEvents(ctx.db, ctx.deploymentId, vaultIds, RECENT),
  ])
  const summarise = (vaultId: bigint): VaultUsage => {
    const rows = meters.filter((row) => row.vaultId === vaultId)
    const billed = new Map(rows.filter(({ tokens }) => tokens > 0n).map(({ model, tokens }) => [model, tokens]))
    const { usd, tier, totalTokens } = priceUsage(schedule, billed)
    const requests = rows.reduce((sum, row) => sum + row.requests, 0n)
    const models = withRequests(shareByModel(schedule, billed), rows)
    const newest = recent.filter((event) => event.vaultId === vaultId)
    return { period, tokens: totalTokens, requests, priceUsd: usd, tier: tier.name, models, recent: newest }
  }
  return new Map(vaultIds.map((vaultId) => [vaultId, summarise(vaultId)]))
}

function withRequests(shares: ReturnType<typeof shareByModel>, rows: readonly MeterRow[]): ModelUsage[] {
  const requests = new Map(rows.map((row) => [row.model, row.requests]))
  return shares
    .map((share) => ({ ...share, requests: requests.get(share.model) ?? 0n }))
    .sort((a, b) => (a.tokens === b.tokens ? (a.model < b.model ? -1 : 1) : a.tokens > b.tokens ? -1 : 1))
}
