import Link from 'next/link'
import { buttonClass } from '#components/ui/button.tsx'
import { Figure, Figures } from '#components/ui/figure.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { PageHeader, Section } from '#components/ui/page-header.tsx'
import { showUsd, showUsdExact } from '#lib/format/money.ts'
import { showTokens, showTokensExact } from '#lib/format/tokens.ts'
import { vaultOf } from '#lib/metering/payer.ts'
import { parseUsd } from '#lib/money/decimal.ts'
import { periodLabel } from '#lib/period/period.ts'
import { CostChart } from './cost-chart.tsx'
import { GroupTable } from './group-table.tsx'
import type { MonthForecast, NamedAccount, UsageChoice, UsageGroup, UsageMonth } from './overview.ts'
import { UsageControls } from './usage-controls.tsx'
import { dayLabel, findingOf, forecastSentence, groupName, usageFile, usagePath } from './usage-words.ts'

export interface UsagePageProps {
  choice: UsageChoice
  /** The month that is open now. */
  open: number
  accounts: readonly NamedAccount[]
  month: UsageMonth
  /** Of the open month only. */
  forecast: MonthForecast | null
}

/** What a month cost, by model, user or feature, and how it goes on. */
export function UsagePage({ choice, open, accounts, month, forecast }: UsagePageProps) {
  const label = periodLabel(choice.period)
  const lastDay = dayLabel(month.days.at(-1) ?? '')
  return (
    <>
      <PageHeader title="Usage" />
      <UsageControls choice={choice} open={open} accounts={accounts} />
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
            <CostChart month={month} nameOf={namerOf(choice, accounts)} file={usageFile(choice, 'day')} />
          </Section>
          <Section title={`By ${choice.by}`} note={choice.period === open ? tierNote(choice, accounts) : null}>
            <GroupTable month={month} by={choice.by} accounts={accounts} />
            <a className={buttonClass('secondary', 'mt-4')} href={usageFile(choice, 'all')} download>
              CSV
            </a>
          </Section>
        </>
      )}
    </>
  )
}

/** What requests took from credits stays; a subscription's month is priced as a whole. */
function tierNote({ account }: UsageChoice, accounts: readonly NamedAccount[]): string | null {
  const shown = accounts.filter((each) => account === null || each.account === account)
  const vaults = shown.filter((each) => vaultOf(each.account) !== null)
  if (vaults.length === 0) return null
  return `${vaults.length < shown.length ? 'Subscriptions at' : 'At'} today’s tier until the month ends`
}

/** Groups of several accounts may share a name: then the account's stands beside it. */
function namerOf({ by, account }: UsageChoice, accounts: readonly NamedAccount[]): (group: UsageGroup) => string {
  const names = new Map(accounts.map((each) => [each.account, each.name]))
  return (group) => {
    const owner = account === null && accounts.length > 1 && group.account ? names.get(group.account) : undefined
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
  if (choice.account === null) {
    return (
      <Notice title={`No requests in ${label}.`}>
        Requests with your keys show up here within seconds. Days are UTC days.
      </Notice>
    )
  }
  const all = (
    <Link className={buttonClass()} href={usagePath({ ...choice, account: null })}>
      All accounts
    </Link>
  )
  return (
    <Notice title={`No requests of this account in ${label}.`} actions={all}>
      Others of yours may have some.
    </Notice>
  )
}
