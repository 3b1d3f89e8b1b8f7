import { AppError } from '#lib/errors/app-error.ts'
import { type Distribution, distributionOf, isHeavy, sorted } from '#lib/reports/distribution.ts'
import { amountOf, type UserMeasure } from '#lib/reports/figures.ts'
import { percentOf } from '#lib/reports/percent.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { formatAmount, toFiguresView } from './figures-view.ts'
import { type FiguresRow, readFigures } from './read-figures.ts'
import { resolveScope } from './scope.ts'
import type { HeavyUsersQuery, HeavyUsersView } from './schemas.ts'

const isCost = (measure: UserMeasure): boolean => measure === 'rated' || measure === 'litellm'

/** Calls that name an end user, one row for each user of each account. */
export const namedUsers = (rows: readonly FiguresRow[]): FiguresRow[] => rows.filter(({ group }) => group !== '')

export const toDistributionView = (spread: Distribution, measure: UserMeasure) => ({
  p50: formatAmount(spread.p50, measure),
  p90: formatAmount(spread.p90, measure),
  p99: formatAmount(spread.p99, measure),
  max: formatAmount(spread.max, measure),
})

/**
 * The end users with the most of a measure, with their shares, and which of them stand out. Throws as `resolveScope`,
 * and `not_permitted` for costs that the actor may not see.
 */
export async function getHeavyUsers(ctx: ServiceContext, query: HeavyUsersQuery): Promise<HeavyUsersView> {
  const { from, to, measure, top, times } = query
  const { accounts, seesCosts } = await resolveScope(ctx, { account: query.account ?? null, view: query.as ?? null })
  if (isCost(measure) && !seesCosts) {
    throw new AppError('not_permitted', 'What calls cost is shown to who is paid for them only. Compare by billed.')
  }
  const { rows } = await readFigures(ctx, { accounts, from, to, by: 'user', every: 'all' })
  const users = namedUsers(rows).map((row) => ({ row, amount: amountOf(row, measure) }))
  const spread = distributionOf(sorted(users.map(({ amount }) => amount)))
  const total = users.reduce((sum, { amount }) => sum + amount, 0n)
  // Rows are in the order of their names, and sorting keeps it among equals.
  const heaviest = users.sort((a, b) => (a.amount === b.amount ? 0 : a.amount > b.amount ? -1 : 1)).slice(0, top)
  return {
    measure,
    users: users.length.toString(),
    total: formatAmount(total, measure),
    distribution: toDistributionView(spread, measure),
    heaviest: heaviest.map(({ row, amount }) => ({
      account: row.account,
      user: row.group,
      amount: formatAmount(amount, measure),
      sharePercent: percentOf(amount, total),
      isHeavy: isHeavy(amount, spread, BigInt(times)),
      ...toFiguresView(row, seesCosts),
    })),
  }
}
