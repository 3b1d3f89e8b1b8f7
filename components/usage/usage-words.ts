import { parseUsd } from '#lib/money/decimal.ts'
import { usd } from '#lib/money/units.ts'
import { showPercent, showUsd } from '#lib/format/money.ts'
import { dayName } from '#lib/period/day-name.ts'
import { nextPeriod, type Period, periodStart } from '#lib/period/period.ts'
import {
  EVERYONE,
  type Grouping,
  type MonthForecast,
  type UsageChoice,
  type UsageGroup,
  type UsageMonth,
} from './overview.ts'

const NAMELESS: Record<Grouping, string> = {
  model: 'Calls without a model',
  user: 'Calls that name no user',
  feature: 'Calls that name no feature',
  key: 'Calls without an API key',
}

/** A group as a row names it. */
export function groupName({ key, apiKey }: Pick<UsageGroup, 'key' | 'apiKey'>, by: Grouping): string {
  if (apiKey) return apiKey.name === null ? apiKey.masked : `${apiKey.name} (${apiKey.masked})`
  return key ?? NAMELESS[by]
}

type Place = Omit<UsageChoice, 'as'>

/** The address of a page with this choice. */
export function usagePath({ period, by, account }: Place): string {
  const month = `${Math.floor(period / 100)}-${String(period % 100).padStart(2, '0')}`
  return `/usage?month=${month}&by=${by}${account === null ? '' : `&account=${account}`}`
}

const day = (of: Period): string => dayName(periodStart(of))

/** Whose usage a file holds. */
const oneOf = (account: string | null): string =>
  account === null || account === EVERYONE ? '' : `&account=${account}`

/** The file with what the table shows, or with all of its days. */
export function usageFile({ period, by, account, as }: UsageChoice, every: 'all' | 'day'): string {
  const days = `from=${day(period)}&to=${day(nextPeriod(period))}`
  return `/api/reports/usage?${days}&by=${by}&every=${every}&as=${as}&format=csv${oneOf(account)}`
}

/** The other files of the month, each with its name. */
export function operatorFiles({ period, account, as }: UsageChoice, isOpen: boolean): { name: string; href: string }[] {
  const days = `from=${day(period)}&to=${day(nextPeriod(period))}`
  const who = `as=${as}${oneOf(account)}`
  const files = [
    { name: 'Totals, CSV', href: `/api/reports/totals?${days}&${who}&format=csv` },
    { name: 'Days, CSV', href: `/api/reports/trend?${days}&${who}&format=csv` },
    { name: 'Heavy users, CSV', href: `/api/reports/heavy-users?${days}&${who}&format=csv` },
    { name: 'Events, NDJSON', href: `/api/exports/events?${days}&${who}&format=ndjson` },
    { name: 'Events, CSV', href: `/api/exports/events?${days}&${who}&format=csv` },
  ]
  return isOpen ? [...files, { name: 'Forecast, CSV', href: `/api/reports/forecast?${who}&format=csv` }] : files
}

/** A cost has more decimals than 8: what lies below is nothing to look at. */
export function showCost(amount: string): string {
  const size = parseUsd(amount.replace(/^-/, '').replace(/(\.\d{8})\d+$/, '$1'))
  return showUsd(amount.startsWith('-') ? usd(-size) : size)
}

/** A part of a whole in percent without decimals: "61%". */
export function shareOf(part: string, whole: string): string {
  const total = parseUsd(whole)
  return total === 0n ? '–' : showPercent(((parseUsd(part) * 100n + total / 2n) / total) * 100n)
}

/** What the chart shows, in a sentence. */
export function findingOf({ groups, totals }: UsageMonth, by: Grouping, month: string): string {
  const [first] = groups
  if (!first || parseUsd(totals.billedUsd) === 0n) return `Nothing of ${month} is billed`
  const share = groups.length === 1 ? 'all' : shareOf(first.billedUsd, totals.billedUsd)
  return `${groupName(first, by)} ${first.key === null ? 'make' : 'makes'} ${share} of ${month}’s cost`
}

const REASONS: Record<string, string> = {
  too_little_history: 'A forecast needs six weeks of usage. Until then the month’s end is anybody’s guess.',
  no_recent_use: 'There is no forecast: nothing was used in the last four weeks.',
  too_irregular: 'There is no forecast: usage comes too irregularly to say anything of the month’s end.',
}

/** The month's end as it is expected, in a sentence. */
export function forecastSentence(forecast: MonthForecast, lastDay: string): string {
  const { low, point, high, reason } = forecast
  if (low === null || point === null || high === null) return REASONS[reason ?? ''] ?? 'There is no forecast.'
  if (low === high) return `${lastDay}: ${showCost(point)}, if usage stays as it is`
  return `${lastDay}: ${showCost(point)} expected (${showCost(low)} to ${showCost(high)} in 8 of 10 such months)`
}

/** "Nov 3" of "2026-11-03". */
export const dayLabel = (day: string): string =>
  new Date(`${day}T00:00:00Z`).toLocaleString('en-US', { month: 'short', day: 'numeric', timeZone: 'UTC' })
