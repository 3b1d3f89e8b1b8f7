import { defineRoute } from '#app/_http/define-route.ts'
import { csvDownload } from '#app/_http/download.ts'
import { forecastFile, forecastQuery, forecastView, getForecast } from '#services/reports/index.ts'

/** What the open month will have brought at its end. */
export const GET = defineRoute(
  { auth: 'session or key', query: forecastQuery, response: forecastView },
  async (ctx, { query }) => {
    const now = ctx.clock()
    if (query.format === 'csv') return csvDownload('forecast', { from: now, to: now }, forecastFile(ctx, query))
    return getForecast(ctx, query)
  },
)
