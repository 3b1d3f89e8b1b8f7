import { dayName } from '#lib/period/day-name.ts'
import { buttonClass } from '#components/ui/button.tsx'
import { Figure, Figures } from '#components/ui/figure.tsx'
import { Section } from '#components/ui/page-header.tsx'
import { HEAD, NUMBER, WIDE } from '#components/ui/table.ts'
import { showTokensExact } from '#lib/format/tokens.ts'
import { periodLabel, periodOf } from '#lib/period/period.ts'
import { HeavyUsers } from './heavy-users.tsx'
import type { NamedAccount, OperatorReports, TrendMonth, UsageChoice } from './overview.ts'
import { dayLabel, forecastSentence, operatorFiles, showCost } from './usage-words.ts'

interface OperatorSectionsProps {
  choice: UsageChoice
  reports: OperatorReports
  payers: readonly NamedAccount[]
  isOpen: boolean
}

/** What the operator asks of a month: what it cost, how months follow one another, and who uses most. */
export function OperatorSections({ choice, reports, payers, isOpen }: OperatorSectionsProps) {
  return (
    <>
      <Costs reports={reports} endsOn={dayLabel(lastDayOf(choice.period))} />
      <Section title="Month by month" note="Billed, with the change against the month before">
        <Months months={reports.months} />
      </Section>
      <HeavyUsers reports={reports} payers={payers} choice={choice} />
      <Section title="Files">
        <div className="flex flex-wrap gap-2">
          {operatorFiles(choice, isOpen).map(({ name, href }) => (
            <a key={name} className={buttonClass('secondary')} href={href} download>
              {name}
            </a>
          ))}
        </div>
      </Section>
    </>
  )
}

/** "2026-11-30" of 202611. */
const lastDayOf = (period: number): string => dayName(new Date(Date.UTC(Math.floor(period / 100), period % 100, 0)))

function Costs({ reports: { totals, costForecast }, endsOn }: { reports: OperatorReports; endsOn: string }) {
  const { costs } = totals.totals
  if (!costs) return null
  const unrated = BigInt(costs.unratedTokens)
  return (
    <Section title="Cost and margin" note="Margin: billed less LiteLLM’s cost">
      <Figures>
        <Figure label="Margin" value={showCost(costs.marginUsd)} title={`$${costs.marginUsd}`} id="usage-margin" />
        <Figure label="LiteLLM’s cost" value={showCost(costs.litellmUsd)} title={`$${costs.litellmUsd}`} />
        <Figure
          label="By your cost tables"
          value={showCost(costs.ratedUsd)}
          title={`$${costs.ratedUsd}`}
          note={unrated > 0n ? `without ${showTokensExact(unrated)} tokens that have no rate` : null}
        />
      </Figures>
      {costForecast ? <p className="mt-3 text-sm">LiteLLM’s cost. {forecastSentence(costForecast, endsOn)}</p> : null}
    </Section>
  )
}

/** A month that goes on is not compared with a whole one. */
const showChange = ({ change, isComplete }: TrendMonth): string => {
  const percent = change?.billedPercent ?? null
  if (percent === null || !isComplete) return '–'
  return percent.startsWith('-') ? `−${percent.slice(1)}%` : `+${percent}%`
}

const monthName = ({ bucket }: TrendMonth): string => periodLabel(periodOf(new Date(`${bucket}T00:00:00Z`)))

function Months({ months }: { months: readonly TrendMonth[] }) {
  return (
    <table className="w-full text-left text-sm">
      <caption className="sr-only">Tokens, bill, margin and change by UTC month</caption>
      <thead>
        <tr className="border-b border-line">
          <th scope="col" className={HEAD}>
            Month
          </th>
          <th scope="col" className={`${HEAD} ${WIDE} text-right`}>
            Tokens
          </th>
          <th scope="col" className={`${HEAD} ${WIDE} text-right`}>
            Margin
          </th>
          <th scope="col" className={`${HEAD} text-right`}>
            Billed
          </th>
          <th scope="col" className={`${HEAD} text-right`}>
            Change
          </th>
        </tr>
      </thead>
      <tbody>
        {months.map((month) => (
          <tr key={month.bucket} className="h-10 border-b border-line" data-month={month.bucket}>
            <th scope="row" className="py-2 font-normal">
              {monthName(month)}
              {month.isComplete ? null : <span className="text-text-2"> so far</span>}
            </th>
            <td className={`${NUMBER} ${WIDE}`}>{showTokensExact(BigInt(month.tokens.billable))}</td>
            <td className={`${NUMBER} ${WIDE}`}>{month.costs ? showCost(month.costs.marginUsd) : '–'}</td>
            <td className={NUMBER}>{showCost(month.billedUsd)}</td>
            <td className={NUMBER}>{showChange(month)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
