import Link from 'next/link'
import { buttonClass } from '#components/ui/button.tsx'
import { Figure, Figures } from '#components/ui/figure.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { PageHeader, Section } from '#components/ui/page-header.tsx'
import { showUsd, showUsdExact } from '#lib/format/money.ts'
import { showTokens, showTokensExact } from '#lib/format/tokens.ts'
import { parseUsd } from '#lib/money/decimal.ts'
import { periodLabel } from '#lib/period/period.ts'
import { CostChart } from './cost-chart.tsx'
import { GroupTable } from './group-table.tsx'
import type { MonthForecast, NamedVault, UsageChoice, UsageGroup, UsageMonth } from './overview.ts'
import { UsageControls } from './usage-controls.tsx'
import { dayLabel, findingOf, forecastSentence, groupName, usageFile, usagePath } from './usage-words.ts'

export interface UsagePageProps {
  choice: UsageChoice
  /** The month that is open now. */
  open: number
  vaults: readonly NamedVault[]
  month: UsageMonth
  /** Of the open month only. */
  forecast: MonthForecast | null
}

/** What a month cost, by model, user or feature, and how it goes on. */
export function UsagePage({ choice, open, vaults, month, forecast }: UsagePageProps) {
  const label = periodLabel(choice.period)
  const lastDay = dayLabel(month.days.at(-1) ?? '')
  return (
    <>
      <PageHeader title="Usage" />
      <UsageControls choice={choice} open={open} vaults={vaults} />
      {month.groups.length === 0 ? (
        <NoUsage choice={choice} label={label} />
      ) : (
        <>
          <Totals month={month} label={label} isOpen={choice.period === open} />
          {forecast ? (
            <p className="mt-3 text-sm" data-forecast>
              {forecastSentence(forecast, lastDay)}
            </p>
          ) : null}
          <Section
            title={findingOf(month, choice.by, label)}
            note={`USD by UTC day, ${dayLabel(month.days[0] ?? '')} to ${lastDay}`}
          >
            <CostChart month={month} nameOf={namerOf(choice, vaults)} file={usageFile(choice, 'day')} />
          </Section>
          <Section
            title={`By ${choice.by}`}
            note={choice.period === open ? 'At today’s tier until the month ends' : null}
          >
            <GroupTable month={month} by={choice.by} vaults={vaults} />
            <a className={buttonClass('secondary', 'mt-4')} href={usageFile(choice, 'all')} download>
              CSV
            </a>
          </Section>
        </>
      )}
    </>
  )
}

/** Groups of several subscriptions may share a name: then the subscription's stands beside it. */
function namerOf({ by, vault }: UsageChoice, vaults: readonly NamedVault[]): (group: UsageGroup) => string {
  const names = new Map(vaults.map(({ id, name }) => [`vault:${id}`, name]))
  return (group) => {
    const owner = vault === null && vaults.length > 1 && group.account ? names.get(group.account) : undefined
    return owner ? `${groupName(group, by)} (${owner})` : groupName(group, by)
  }
}

function Totals({ month, label, isOpen }: { month: UsageMonth; label: string; isOpen: boolean }) {
  const { billedUsd, tokens, requests } = month.totals
  return (
    <Figures>
      <Figure
        label={isOpen ? `${label} so far` : label}
        value={showUsd(parseUsd(billedUsd))}
        title={showUsdExact(parseUsd(billedUsd))}
        id="usage-cost"
      />
      <Figure label="Tokens" value={showTokens(BigInt(tokens))} title={showTokensExact(BigInt(tokens))} />
      <Figure label="Requests" value={showTokensExact(BigInt(requests))} />
    </Figures>
  )
}

function NoUsage({ choice, label }: { choice: UsageChoice; label: string }) {
  if (choice.vault === null) {
    return (
      <Notice title={`No requests in ${label}.`}>
        Requests with your keys show up here within seconds. Days are UTC days.
      </Notice>
    )
  }
  const all = (
    <Link className={buttonClass()} href={usagePath({ ...choice, vault: null })}>
      All subscriptions
    </Link>
  )
  return (
    <Notice title={`No requests of this subscription in ${label}.`} actions={all}>
      Others of yours may have some.
    </Notice>
  )
}
