import { formatUsd } from '#lib/money/decimal.ts'
import { usd } from '#lib/money/units.ts'
import { dayName } from '#lib/period/day-name.ts'
import { cost, formatCost } from '#lib/rating/cost.ts'
import { distributionOf, sorted } from '#lib/reports/distribution.ts'
import { amountOf, sumFigures, type UserMeasure } from '#lib/reports/figures.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { formatLitellm, toFiguresView, toUnratedView } from './figures-view.ts'
import { namedUsers, toDistributionView } from './get-heavy-users.ts'
import { type FiguresRow, readFigures } from './read-figures.ts'
import { resolveScope } from './scope.ts'
import type { TotalsQuery, TotalsView } from './schemas.ts'

/**
 * All usage of the accounts, per active end user, and how it is spread over them. A user is active with one call.
 * Throws as `resolveScope`, and `report_too_large`.
 */
export async function getTotals(ctx: ServiceContext, query: TotalsQuery): Promise<TotalsView> {
  const { from, to } = query
  const { accounts, seesCosts } = await resolveScope(ctx, { account: query.account ?? null, view: query.as ?? null })
  const { rows, unrated } = await readFigures(ctx, { accounts, from, to, by: 'user', every: 'all' })
  const users = namedUsers(rows)
  const spread = (measure: UserMeasure) =>
    toDistributionView(distributionOf(sorted(users.map((row) => amountOf(row, measure)))), measure)
  return {
    from: dayName(from),
    to: dayName(to),
    totals: toFiguresView(sumFigures(rows), seesCosts),
    activeUsers: users.length.toString(),
    perActiveUser: perUser(users, seesCosts),
    distribution: {
      billedUsd: spread('billed'),
      tokens: spread('tokens'),
      litellmUsd: seesCosts ? spread('litellm') : null,
      ratedUsd: seesCosts ? spread('rated') : null,
    },
    unrated: toUnratedView(unrated, seesCosts),
  }
}

function perUser(users: readonly FiguresRow[], seesCosts: boolean): TotalsView['perActiveUser'] {
  if (users.length === 0) return null
  const count = BigInt(users.length)
  const { billed, rated, measures } = sumFigures(users)
  return {
    billedUsd: formatUsd(usd(billed / count)),
    litellmUsd: seesCosts ? formatLitellm(measures.litellmCost / count) : null,
    ratedUsd: seesCosts ? formatCost(cost(rated / count)) : null,
  }
}
