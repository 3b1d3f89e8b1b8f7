import { formatUsd } from '#lib/money/decimal.ts'
import { dayName } from '#lib/period/day-name.ts'
import { nextPeriod, type Period, periodStart } from '#lib/period/period.ts'
import { bucketsOf } from '#lib/period/buckets.ts'
import { type Figures, sumFigures } from '#lib/reports/figures.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import type { UsageGroup } from '#services/rating/index.ts'
import { type NamedKey, nameKeys } from './name-keys.ts'
import { type FiguresRow, readFigures } from './read-figures.ts'
import { resolveScope } from './scope.ts'
import type { View } from './schemas.ts'

/** Groups that are listed by themselves. */
const LISTED = 50

interface OverviewQuery {
  readonly period: Period
  readonly by: Extract<UsageGroup, 'model' | 'user' | 'feature' | 'key'>
  /** Null: all that the actor has, or as the admin all there is. */
  readonly account: string | null
  /** As whom the actor looks. */
  readonly view: Extract<View, 'owner' | 'admin'>
}

interface OverviewSums {
  readonly billedUsd: string
  readonly tokens: string
  readonly requests: string
  /** Billed by day, in the order of `days`. */
  readonly daily: readonly string[]
}

interface OverviewGroup extends OverviewSums {
  /** Whose; null where a group is of several accounts. */
  readonly account: string | null
  /** Null: calls that name none. */
  readonly key: string | null
  /** What an API key is known by, where groups are keys. */
  readonly apiKey: NamedKey | null
}

/** A month of usage as a page shows it: by day, and by group, the most expensive first. */
export interface UsageOverview {
  /** UTC days of the month, "2026-11-01". */
  readonly days: readonly string[]
  /** The UTC day that it is now: later ones are still to come. */
  readonly today: string
  readonly totals: OverviewSums
  readonly groups: readonly OverviewGroup[]
  /** What is not listed by itself. */
  readonly others: (OverviewSums & { readonly count: number }) | null
}

/** A month's usage of the owner, or of everybody to the admin. Throws as `resolveScope`, and `report_too_large`. */
export async function getUsageOverview(ctx: ServiceContext, query: OverviewQuery): Promise<UsageOverview> {
  const { accounts } = await resolveScope(ctx, { account: query.account, view: query.view })
  const [from, to] = [periodStart(query.period), periodStart(nextPeriod(query.period))]
  const { rows } = await readFigures(ctx, { accounts, from, to, by: query.by, every: 'day' })
  const days = bucketsOf(from, to, 'day').map(({ name }) => name)
  const groups = [...Map.groupBy(rows, ({ account, group }) => JSON.stringify([account, group])).values()]
    .map((own) => ({ own, sum: sumFigures(own) }))
    .sort((a, b) => bySize(a.sum, b.sum))
  const listed = groups.slice(0, LISTED)
  const keys = await nameKeys(
    ctx,
    query.by,
    listed.flatMap(({ own }) => own.slice(0, 1)),
  )
  const rest = groups.slice(LISTED).flatMap(({ own }) => own)
  return {
    days,
    today: dayName(ctx.clock()),
    totals: toSums(rows, days),
    groups: listed.map(({ own }) => ({
      account: own[0]?.account || null,
      key: own[0]?.group || null,
      apiKey: keys.get(own[0]?.group ?? '') ?? null,
      ...toSums(own, days),
    })),
    others: rest.length === 0 ? null : { count: groups.length - LISTED, ...toSums(rest, days) },
  }
}

/** Most expensive first; rows are in the order of their names, and sorting keeps it among equals. */
function bySize(a: Figures, b: Figures): number {
  if (a.billed !== b.billed) return a.billed > b.billed ? -1 : 1
  return a.measures.requests === b.measures.requests ? 0 : a.measures.requests > b.measures.requests ? -1 : 1
}

function toSums(rows: readonly FiguresRow[], days: readonly string[]): OverviewSums {
  const { billed, measures } = sumFigures(rows)
  const byDay = Map.groupBy(rows, ({ bucket }) => bucket)
  return {
    billedUsd: formatUsd(billed),
    tokens: measures.billableTokens.toString(),
    requests: measures.requests.toString(),
    daily: days.map((day) => formatUsd(sumFigures(byDay.get(day) ?? []).billed)),
  }
}
