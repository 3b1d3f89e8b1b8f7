import type { Usd } from '#lib/money/units.ts'
import type { Period } from '#lib/period/period.ts'
import { priceUsage, shareByModel } from '#lib/pricing/price-usage.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { getSchedule } from '#services/pricing/index.ts'
import { listMeters, type MeterRow } from './store.ts'

interface ModelUsage {
  readonly model: string
  readonly tokens: bigint
  readonly requests: bigint
  /** Its share of the period's price; the shares add up to it. */
  readonly usd: Usd
}

/** A vault's usage in one billing period, priced by the schedule on chain as the contract will price it. */
export interface PricedUsage {
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
}

/**
 * The price of each vault's usage in a period; a vault without calls has zeros. The caller has checked that the actor
 * may see the vaults.
 */
export async function priceUsages(
  ctx: ServiceContext,
  vaultIds: readonly bigint[],
  period: Period,
): Promise<Map<bigint, PricedUsage>> {
  if (vaultIds.length === 0) return new Map()
  const [schedule, meters] = await Promise.all([
    getSchedule(ctx, period),
    listMeters(ctx.db, ctx.deploymentId, vaultIds, period),
  ])
  const byVault = Map.groupBy(meters, ({ vaultId }) => vaultId)
  const price = (vaultId: bigint): PricedUsage => {
    const rows = byVault.get(vaultId) ?? []
    const billed = new Map(rows.filter(({ tokens }) => tokens > 0n).map(({ model, tokens }) => [model, tokens]))
    const { usd, tier, totalTokens } = priceUsage(schedule, billed)
    const requests = rows.reduce((sum, row) => sum + row.requests, 0n)
    const models = withRequests(shareByModel(schedule, billed), rows)
    return { period, tokens: totalTokens, requests, priceUsd: usd, tier: tier.name, models }
  }
  return new Map(vaultIds.map((vaultId) => [vaultId, price(vaultId)]))
}

function withRequests(shares: ReturnType<typeof shareByModel>, rows: readonly MeterRow[]): ModelUsage[] {
  const requests = new Map(rows.map((row) => [row.model, row.requests]))
  return shares
    .map((share) => ({ ...share, requests: requests.get(share.model) ?? 0n }))
    .sort((a, b) => (a.tokens === b.tokens ? (a.model < b.model ? -1 : 1) : a.tokens > b.tokens ? -1 : 1))
}
