import { showUsd } from '#lib/format/money.ts'
import { type Usd, usd } from '#lib/money/units.ts'
import { axisEnd, barPaths, type ChartSeries, chartSeries, daysInWords, dearestDay } from './chart-data.ts'
import { ChartCursor } from './chart-cursor.client.tsx'
import { DayTable } from './day-table.tsx'
import type { UsageGroup, UsageMonth } from './overview.ts'
import { Swatch } from './swatch.tsx'
import { dayLabel } from './usage-words.ts'

interface CostChartProps {
  month: UsageMonth
  nameOf: (group: UsageGroup) => string
  file: string
}

/** Cost by day, stacked by group. The table below has the same figures. */
export function CostChart({ month, nameOf, file }: CostChartProps) {
  const series = chartSeries(month, nameOf)
  const end = axisEnd(dearestDay(series))
  return (
    <div>
      <ChartCursor days={daysInWords(series, month)} bars={barPaths(series, end)} />
      <DayLabels days={month.days} />
      <Legend series={series} end={end} />
      <DayTable month={month} series={series} file={file} />
    </div>
  )
}

/** The first day, the middle one and the last. */
function DayLabels({ days }: { days: readonly string[] }) {
  const shown = [days[0], days[Math.floor(days.length / 2)], days.at(-1)]
  return (
    <div aria-hidden="true" className="mt-1 flex justify-between text-xs text-text-2">
      {shown.map((day) => (day ? <span key={day}>{dayLabel(day)}</span> : null))}
    </div>
  )
}

function Legend({ series, end }: { series: readonly ChartSeries[]; end: Usd }) {
  return (
    <ul className="mt-3 flex flex-wrap gap-x-4 gap-y-1 text-xs">
      {series.map(({ name, daily }, rank) => (
        <li key={rank} className="flex min-w-0 items-center gap-1.5">
          <Swatch rank={rank} />
          <span className="max-w-48 truncate" title={name}>
            {name}
          </span>
          <span className="text-text-2">{showUsd(usd(daily.reduce((sum: bigint, amount) => sum + amount, 0n)))}</span>
        </li>
      ))}
      <li className="ml-auto text-text-2">Top of the chart: {showUsd(end)}</li>
    </ul>
  )
}
