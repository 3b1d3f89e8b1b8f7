import { type Period, periodOf } from '#lib/period/period.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { type PricedUsage, priceUsages } from './price-usages.ts'
import { listRecentEvents, type RecentEvent } from './store.ts'

const RECENT = 20

/** A vault's priced usage in one billing period, and what it was used for last. */
export interface VaultUsage extends PricedUsage {
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
  const [priced, recent] = await Promise.all([
    priceUsages(ctx, vaultIds, period),
    listRecentEvents(ctx.db, ctx.deploymentId, vaultIds, RECENT),
  ])
  const byVault = Map.groupBy(recent, ({ vaultId }) => vaultId)
  return new Map([...priced].map(([vaultId, usage]) => [vaultId, { ...usage, recent: byVault.get(vaultId) ?? [] }]))
}
