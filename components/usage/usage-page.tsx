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
import { OperatorSections } from './operator-sections.tsx'
import {
  EVERYONE,
  type MonthForecast,
  type NamedAccount,
  type OperatorReports,
  type UsageChoice,
  type UsageGroup,
  type UsageMonth,
} from './overview.ts'
import { UsageControls } from './usage-controls.tsx'
import { dayLabel, findingOf, forecastSentence, groupName, usageFile, usagePath } from './usage-words.ts'

export interface UsagePageProps {
  choice: UsageChoice
  /** The month that is open now. */
  open: number
  /** What there is to choose. */
  accounts: readonly NamedAccount[]
  /** Whose rows are named, where they are of several. */
  payers: readonly NamedAccount[]
  isAdmin: boolean
  month: UsageMonth
  /** Of the open month only. */
  forecast: MonthForecast | null
  /** For the admin, of what is not their own. */
  reports: OperatorReports | null
}

/** What a month cost, by model, user or feature, and how it goes on. */
export function UsagePage(props: UsagePageProps) {
  const { choice, open, accounts, payers, isAdmin, month, forecast, reports } = props
  const isOpen = choice.period === open
  const label = periodLabel(choice.period)
  const lastDay = dayLabel(month.days.at(-1) ?? '')
  return (
    <>
      <PageHeader title="Usage" />
      <UsageControls choice={choice} open={open} accounts={accounts} isAdmin={isAdmin} />
      {month.groups.length === 0 ? (
        <NoUsage choice={choice} label={label} />
      ) : (
        <>
          <Totals month={month} label={label} isOpen={isOpen} />
          {forecast ? (
            <p className="mt-3 text-sm" data-forecast>
              {forecastSentence(forecast, lastDay)}
            </p>
          ) : null}
          <Section
            title={findingOf(month, choice.by, label)}
            note={`USD by UTC day, ${dayLabel(month.days[0] ?? '')} to ${lastDay}`}
          >
            <CostChart month={month} nameOf={namerOf(choice, payers)} file={usageFile(choice, 'day')} />
          </Section>
          <Section title={`By ${choice.by}`} note={isOpen ? tierNote(choice, accounts) : null}>
            <GroupTable month={month} by={choice.by} payers={payers} />
            <a className={buttonClass('secondary', 'mt-4')} href={usageFile(choice, 'all')} download>
              CSV
            </a>
          </Section>
          {reports ? <OperatorSections choice={choice} reports={reports} payers={payers} isOpen={isOpen} /> : null}
        </>
      )}
    </>
  )
}

/** What requests took from credits stays; a subscription's month is priced as a whole. */
function tierNote({ account }: UsageChoice, accounts: readonly NamedAccount[]): string | null {
  const words = 'today’s tier until the month ends'
  if (account === EVERYONE) return `Subscriptions at ${words}`
  const shown = account === null ? accounts.map((each) => each.account) : [account]
  const vaults = shown.filter((each) => vaultOf(each) !== null)
  if (vaults.length === 0) return null
  return `${vaults.length < shown.length ? 'Subscriptions at' : 'At'} ${words}`
}

/** Groups of several accounts may share a name: then the account's stands beside it. */
function namerOf({ by, account }: UsageChoice, payers: readonly NamedAccount[]): (group: UsageGroup) => string {
  const names = new Map(payers.map((each) => [each.account, each.name]))
  const areSeveral = account === null || account === EVERYONE
  return (group) => {
    const owner = areSeveral && group.account ? names.get(group.account) : undefined
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
  const { account, as } = choice
  if (account === null || account === EVERYONE) {
    return (
      <Notice title={`No requests in ${label}.`}>
        Requests with {account === null ? 'your' : 'anybody’s'} keys show up here within seconds. Days are UTC days.
      </Notice>
    )
  }
  const all = (
    <Link className={buttonClass()} href={usagePath({ ...choice, account: as === 'admin' ? EVERYONE : null })}>
      {as === 'admin' ? 'Everyone' : 'All accounts'}
    </Link>
  )
  return (
    <Notice title={`No requests of this account in ${label}.`} actions={all}>
      {as === 'admin' ? 'Others may have some.' : 'Others of yours may have some.'}
    </Notice>
  )
}
