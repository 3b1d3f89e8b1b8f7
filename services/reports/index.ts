export { findHolders } from './find-holders.ts'
export { getForecast } from './get-forecast.ts'
export { getHeavyUsers } from './get-heavy-users.ts'
export { getTotals } from './get-totals.ts'
export { getTrend } from './get-trend.ts'
export { getUsageOverview } from './get-usage-overview.ts'
export { getUsageReport } from './get-usage-report.ts'
export { resolveScope } from './scope.ts'
export { forecastFile, heavyUsersFile, totalsFile, trendFile, usageReportFile } from './report-files.ts'
export {
  accountName,
  forecastQuery,
  forecastView,
  heavyUsersQuery,
  heavyUsersView,
  totalsQuery,
  totalsView,
  trendQuery,
  trendView,
  usageReportQuery,
  usageReportView,
} from './schemas.ts'
