import { showUsd } from '#lib/format/money.ts'
import { parseUsd } from '#lib/money/decimal.ts'
import { type Usd, usd } from '#lib/money/units.ts'
import type { UsageGroup, UsageMonth } from './overview.ts'
import { dayLabel } from './usage-words.ts'

/** Groups that have a colour of their own. */
const COLOURED = 5

export interface ChartSeries {
  readonly name: string
  /** Billed by day. */
  readonly daily: readonly Usd[]
}

const total = (amounts: readonly bigint[]): Usd => usd(amounts.reduce((sum, amount) => sum + amount, 0n))

/** The largest groups by themselves, and the rest of each day together. */
export function chartSeries({ groups, totals }: UsageMonth, nameOf: (group: UsageGroup) => string): ChartSeries[] {
  const own = groups.slice(0, COLOURED).map((group) => ({ name: nameOf(group), daily: group.daily.map(parseUsd) }))
  const rest = totals.daily.map((amount, day) =>
    usd(parseUsd(amount) - total(own.map(({ daily }) => daily[day] ?? usd(0n)))),
  )
  return rest.every((amount) => amount === 0n) ? own : [...own, { name: 'Other', daily: rest }]
}

/** The next 1, 2 or 5 times a power of ten that is not below an amount: where an axis ends. */
export function axisEnd(amount: Usd): Usd {
  for (let power = 1n; ; power *= 10n) {
    const end = [1n, 2n, 5n].map((step) => step * power).find((each) => each >= amount)
    if (end !== undefined) return usd(end)
  }
}

/** The dearest day. */
export const dearestDay = (series: readonly ChartSeries[]): Usd => {
  const days = series[0]?.daily.map((_, day) => total(series.map(({ daily }) => daily[day] ?? usd(0n)))) ?? []
  return days.reduce((most, amount) => (amount > most ? amount : most), usd(0n))
}

/** Units of a day on the x axis, what of them is its bar, and how high the chart is; a pixel lies between two parts. */
const CHART = { day: 12, bar: 9, height: 160, gap: 1.5 } as const

/** Where a part of a day's bar is: from the top of the chart, and how high. */
interface Segment {
  /** Rank of its series. */
  readonly rank: number
  readonly y: number
  readonly height: number
}

/** One day's bar: its parts from the bottom up. */
export function stackOf(series: readonly ChartSeries[], day: number, end: Usd): Segment[] {
  const hundredths = BigInt(CHART.height) * 100n
  const upTo = (amount: bigint): number => Number.parseInt(((amount * hundredths) / end).toString(), 10) / 100
  let below = 0n
  return series.flatMap(({ daily }, rank) => {
    const amount = daily[day] ?? 0n
    if (amount === 0n) return []
    const [bottom, top] = [upTo(below), upTo(below + amount)]
    below += amount
    return [{ rank, y: CHART.height - top, height: top - bottom }]
  })
}

/** The bars of each series as the data of one path. */
export function barPaths(series: readonly ChartSeries[], end: Usd): string[] {
  const paths = series.map(() => '')
  const days = series[0]?.daily.length ?? 0
  for (let day = 0; day < days; day += 1) {
    stackOf(series, day, end).forEach(({ rank, y, height }, place) => {
      const drawn = place > 0 && height > 2 * CHART.gap ? height - CHART.gap : height
      const x = day * CHART.day + (CHART.day - CHART.bar) / 2
      paths[rank] += `M${x} ${y.toFixed(2)}h${CHART.bar}v${drawn.toFixed(2)}h-${CHART.bar}z`
    })
  }
  return paths
}

/** Each day in words: its total, then its parts. */
export function daysInWords(series: readonly ChartSeries[], { days, today }: UsageMonth): string[] {
  return days.map((name, day) => {
    const parts = series.flatMap(({ name: who, daily }) => {
      const amount = daily[day] ?? usd(0n)
      return amount === 0n ? [] : [`${who} ${showUsd(amount)}`]
    })
    const sum = total(series.map(({ daily }) => daily[day] ?? usd(0n)))
    const label = dayLabel(name)
    if (parts.length === 0) return `${label}: ${name > today ? 'still to come' : 'nothing'}`
    return parts.length === 1 ? `${label}: ${parts[0]}` : `${label}: ${showUsd(sum)}. ${parts.join(', ')}`
  })
}
