import { dayName } from '#lib/period/day-name.ts'
import { sumFigures } from '#lib/reports/figures.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { cursorOf, rowsAfter } from './cursor.ts'
import { toFiguresView, toUnratedView } from './figures-view.ts'
import { type NamedKey, nameKeys } from './name-keys.ts'
import { type FiguresRow, readFigures } from './read-figures.ts'
import { resolveScope } from './scope.ts'
import type { UsageReportQuery, UsageReportView, UsageRowView } from './schemas.ts'

/** A row on the wire. */
export const toRowView = (
  row: FiguresRow,
  { seesCosts, keys }: { seesCosts: boolean; keys: ReadonlyMap<string, NamedKey> },
): UsageRowView => ({
  bucket: row.bucket,
  account: row.account || null,
  key: row.group || null,
  apiKey: keys.get(row.group) ?? null,
  ...toFiguresView(row, seesCosts),
})

/** All rows of a report, for its pages and its file. Throws as `resolveScope`, and `report_too_large`. */
export async function readUsageReport(ctx: ServiceContext, query: Omit<UsageReportQuery, 'limit'>) {
  const { accounts, seesCosts } = await resolveScope(ctx, { account: query.account ?? null, view: query.as ?? null })
  const { from, to, by, every } = query
  return { seesCosts, ...(await readFigures(ctx, { accounts, from, to, by, every })) }
}

/**
 * Usage by user, conversation, feature and so on, in days, weeks, months or as a whole: requests, tokens, the bill, and
 * for who is paid what it cost. A page of rows, ordered by bucket, account and group; the totals are of all pages.
 */
export async function getUsageReport(ctx: ServiceContext, query: UsageReportQuery): Promise<UsageReportView> {
  const { rows, unrated, seesCosts } = await readUsageReport(ctx, query)
  const left = rowsAfter(rows, query.cursor)
  const page = left.slice(0, query.limit)
  const seen = { seesCosts, keys: await nameKeys(ctx, query.by, page) }
  const last = page.at(-1)
  return {
    by: query.by,
    every: query.every,
    from: dayName(query.from),
    to: dayName(query.to),
    totals: toFiguresView(sumFigures(rows), seesCosts),
    rows: page.map((row) => toRowView(row, seen)),
    nextCursor: last && left.length > page.length ? cursorOf(last) : null,
    unrated: toUnratedView(unrated, seesCosts),
  }
}
