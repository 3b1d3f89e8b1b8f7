import { type PeriodUsage, unsettledUsdOf } from '#lib/keys/judge-vault.ts'
import type { Usd } from '#lib/money/units.ts'
import { type Period, periodOf, previousPeriod } from '#lib/period/period.ts'
import { priceUsage } from '#lib/pricing/price-usage.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { getSchedule } from '#services/pricing/index.ts'
import { listModelTokens, listOpenPeriods, type PeriodRow } from './store.ts'

/** Prices of meters that are known, by vault and period: a meter that didn't grow costs what it did. */
export type KnownPrices = Map<string, { tokens: bigint; priceUsd: Usd }>

const keyOf = ({ vaultId, period }: Pick<PeriodRow, 'vaultId' | 'period'>): string => `${vaultId}/${period}`

/** Usage of the vaults in this month and the last, priced. Prices are read from and kept in `known`. */
export async function readUsage(
  ctx: ServiceContext,
  vaultIds: readonly bigint[],
  known: KnownPrices = new Map(),
): Promise<Map<bigint, PeriodUsage[]>> {
  if (vaultIds.length === 0) return new Map()
  const from = previousPeriod(periodOf(ctx.clock()))
  const periods = await listOpenPeriods(ctx.db, ctx.deploymentId, vaultIds, from)
  await priceGrown(ctx, periods, known, from)
  const usage = new Map<bigint, PeriodUsage[]>()
  for (const row of periods) {
    const priced = known.get(keyOf(row))
    if (!priced) continue
    const { vaultId, period, tokens, settledTokens } = row
    const unsettledUsd = unsettledUsdOf(await getSchedule(ctx, period), tokens, settledTokens)
    usage.set(vaultId, [...(usage.get(vaultId) ?? []), { period, priceUsd: priced.priceUsd, unsettledUsd }])
  }
  return usage
}

async function priceGrown(ctx: ServiceContext, periods: PeriodRow[], known: KnownPrices, from: Period): Promise<void> {
  const grown = periods.filter((row) => known.get(keyOf(row))?.tokens !== row.tokens)
  const vaultIds = [...new Set(grown.map(({ vaultId }) => vaultId))]
  const models = Map.groupBy(await listModelTokens(ctx.db, ctx.deploymentId, vaultIds, from), keyOf)
  for (const row of grown) {
    const used = new Map((models.get(keyOf(row)) ?? []).map(({ model, tokens }) => [model, tokens]))
    const { usd: priceUsd, totalTokens } = priceUsage(await getSchedule(ctx, row.period), used)
    // By the tokens that were priced: what was added between the two queries is seen next time.
    known.set(keyOf(row), { tokens: totalTokens, priceUsd })
  }
}
