import { defineRoute } from '#app/_http/define-route.ts'
import { csvDownload } from '#app/_http/download.ts'
import { totalsFile, getTotals, totalsQuery, totalsView } from '#services/reports/index.ts'

/** All usage, per active user, and its distribution over users. */
export const GET = defineRoute(
  { auth: 'session or key', query: totalsQuery, response: totalsView },
  async (ctx, { query }) =>
    query.format === 'csv' ? csvDownload('totals', query, totalsFile(ctx, query)) : getTotals(ctx, query),
)
