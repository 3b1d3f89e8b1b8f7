import { bucketsOf } from '#lib/period/buckets.ts'
import { type Figures, NO_FIGURES, sumFigures } from '#lib/reports/figures.ts'
import { changeOf } from '#lib/reports/percent.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { toFiguresView } from './figures-view.ts'
import { readFigures } from './read-figures.ts'
import { resolveScope } from './scope.ts'
import type { TrendQuery, TrendRowView, TrendView } from './schemas.ts'

/**
 * How usage and money go from day to day, week to week or month to month; a day without usage is there with zeros.
 * Throws as `resolveScope`, and `report_too_large`.
 */
export async function getTrend(ctx: ServiceContext, query: TrendQuery): Promise<TrendView> {
  const { from, to, every } = query
  const { accounts, seesCosts } = await resolveScope(ctx, { account: query.account ?? null, view: query.as ?? null })
  const { rows } = await readFigures(ctx, { accounts, from, to, by: 'account', every })
  const found = Map.groupBy(rows, ({ bucket }) => bucket)
  const now = ctx.clock()
  const over = to < now ? to : now
  const whole = new Set(bucketsOf(from, over, every).flatMap(({ name, isWhole }) => (isWhole ? [name] : [])))
  const buckets = bucketsOf(from, to, every).map(({ name }) => ({ name, figures: sumFigures(found.get(name) ?? []) }))
  return {
    every,
    rows: buckets.map(({ name, figures }, i) => ({
      bucket: name,
      isComplete: whole.has(name),
      change: i === 0 ? null : changeView(buckets[i - 1]?.figures ?? NO_FIGURES, figures, seesCosts),
      ...toFiguresView(figures, seesCosts),
    })),
    totals: toFiguresView(sumFigures(rows), seesCosts),
  }
}

const changeView = (before: Figures, after: Figures, seesCosts: boolean): TrendRowView['change'] => ({
  billedPercent: changeOf(before.billed, after.billed),
  tokensPercent: changeOf(before.measures.billableTokens, after.measures.billableTokens),
  requestsPercent: changeOf(before.measures.requests, after.measures.requests),
  litellmPercent: seesCosts ? changeOf(before.measures.litellmCost, after.measures.litellmCost) : null,
})
