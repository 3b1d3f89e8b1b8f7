import { defineRoute } from '#app/_http/define-route.ts'
import { csvDownload } from '#app/_http/download.ts'
import { usageReportFile, getUsageReport, usageReportQuery, usageReportView } from '#services/reports/index.ts'

/** Usage in groups and buckets. The owner sees their vaults and credits, a provider who pays him, the admin all. */
export const GET = defineRoute(
  { auth: 'session or key', query: usageReportQuery, response: usageReportView },
  async (ctx, { query }) =>
    query.format === 'csv' ? csvDownload('usage', query, usageReportFile(ctx, query)) : getUsageReport(ctx, query),
)
