import { defineRoute } from '#app/_http/define-route.ts'
import { csvDownload } from '#app/_http/download.ts'
import { trendFile, getTrend, trendQuery, trendView } from '#services/reports/index.ts'

/** Usage from day to day, week to week or month to month. */
export const GET = defineRoute(
  { auth: 'session or key', query: trendQuery, response: trendView },
  async (ctx, { query }) =>
    query.format === 'csv' ? csvDownload('trend', query, trendFile(ctx, query)) : getTrend(ctx, query),
)
