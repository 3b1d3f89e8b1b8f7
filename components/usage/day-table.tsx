import { buttonClass } from '#components/ui/button.tsx'
import { showUsdExact } from '#lib/format/money.ts'
import { parseUsd } from '#lib/money/decimal.ts'
import { usd } from '#lib/money/units.ts'
import type { ChartSeries } from './chart-data.ts'
import type { UsageMonth } from './overview.ts'
import { dayLabel } from './usage-words.ts'
import { NUMBER } from '#components/ui/table.ts'

interface DayTableProps {
  month: UsageMonth
  series: readonly ChartSeries[]
  /** Where the same is to be had as CSV. */
  file: string
}

/** The chart in figures. */
export function DayTable({ month, series, file }: DayTableProps) {
  return (
    <details className="mt-3 text-sm">
      <summary className="w-fit cursor-pointer text-text-2 hover:text-text">Days as a table</summary>
      <table className="mt-2 w-full">
        <caption className="sr-only">Cost in USD by UTC day</caption>
        <thead>
          <tr className="border-b border-line text-xs text-text-2">
            <th scope="col" className="py-2 text-left font-normal">
              Day
            </th>
            {series.map(({ name }, rank) => (
              <th key={rank} scope="col" className={`${NUMBER} hidden max-w-32 truncate font-normal lg:table-cell`}>
                {name}
              </th>
            ))}
            <th scope="col" className={`${NUMBER} font-normal`}>
              All, USD
            </th>
          </tr>
        </thead>
        <tbody>
          {month.days.map((day, i) => (
            <tr key={day} className="border-b border-line" data-day={day}>
              <th scope="row" className="py-2 text-left font-normal">
                {dayLabel(day)}
              </th>
              {series.map(({ daily }, rank) => (
                <td key={rank} className={`${NUMBER} hidden lg:table-cell`}>
                  {showUsdExact(daily[i] ?? usd(0n))}
                </td>
              ))}
              <td className={NUMBER}>{showUsdExact(parseUsd(month.totals.daily[i] ?? '0'))}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <a className={buttonClass('secondary', 'mt-3')} href={file} download>
        Days as CSV
      </a>
    </details>
  )
}
