import Link from 'next/link'
import { Figure, Figures } from '#components/ui/figure.tsx'
import { Section } from '#components/ui/page-header.tsx'
import { HEAD, NUMBER, WIDE } from '#components/ui/table.ts'
import { showTokensExact } from '#lib/format/tokens.ts'
import type { HeavyUser, NamedAccount, OperatorReports, UsageChoice } from './overview.ts'
import { showCost, usagePath } from './usage-words.ts'

interface HeavyUsersProps {
  choice: UsageChoice
  reports: OperatorReports
  payers: readonly NamedAccount[]
}

/** How the bill is spread over end users, and the heaviest of them with who pays for them. */
export function HeavyUsers({ choice, reports, payers }: HeavyUsersProps) {
  const { totals, heaviest } = reports
  const names = new Map(payers.map(({ account, name }) => [account, name]))
  return (
    <Section title="Heavy users" note="Heavy: above the 99th percentile, or more than 10 times the median">
      <Spread totals={totals} />
      {heaviest.length === 0 ? (
        <p className="mt-3 text-sm text-text-2">No call of this month names an end user.</p>
      ) : (
        <table className="mt-4 w-full text-left text-sm">
          <caption className="sr-only">End users with the highest bills, and who pays for them</caption>
          <thead>
            <tr className="border-b border-line">
              <th scope="col" className={HEAD}>
                User
              </th>
              <th scope="col" className={`${HEAD} ${WIDE} text-right`}>
                Tokens
              </th>
              <th scope="col" className={`${HEAD} ${WIDE} text-right`}>
                Margin
              </th>
              <th scope="col" className={`${HEAD} text-right`}>
                Share
              </th>
              <th scope="col" className={`${HEAD} text-right`}>
                Billed
              </th>
            </tr>
          </thead>
          <tbody>
            {heaviest.map((row) => (
              <Row
                key={`${row.account} ${row.user}`}
                row={row}
                payer={names.get(row.account) ?? row.account}
                href={usagePath({ ...choice, account: row.account })}
              />
            ))}
          </tbody>
        </table>
      )}
    </Section>
  )
}

function Spread({ totals: { activeUsers, perActiveUser, distribution } }: Pick<OperatorReports, 'totals'>) {
  const { p50, p90, p99, max } = distribution.billedUsd
  return (
    <Figures compact>
      <Figure label="Active users" value={showTokensExact(BigInt(activeUsers))} id="usage-active-users" />
      <Figure label="Billed per active user" value={perActiveUser ? showCost(perActiveUser.billedUsd) : '–'} />
      <Figure label="Half of them up to" value={showCost(p50)} />
      <Figure label="90% up to" value={showCost(p90)} />
      <Figure label="99% up to" value={showCost(p99)} />
      <Figure label="The most" value={showCost(max)} />
    </Figures>
  )
}

function Row({ row, payer, href }: { row: HeavyUser; payer: string; href: string }) {
  const { user, isHeavy, tokens, costs, sharePercent, billedUsd } = row
  return (
    <tr className="h-10 border-b border-line" data-heavy-user={user}>
      <th scope="row" className="max-w-32 py-2 font-normal sm:max-w-80">
        <span className="flex items-center gap-2">
          <span className="truncate" title={user}>
            {user}
          </span>
          {isHeavy ? <span className="shrink-0 text-xs font-medium">heavy</span> : null}
        </span>
        <Link className="block truncate text-xs text-text-2 hover:underline" href={href} title={payer}>
          {payer}
        </Link>
      </th>
      <td className={`${NUMBER} ${WIDE}`}>{showTokensExact(BigInt(tokens.billable))}</td>
      <td className={`${NUMBER} ${WIDE}`}>{costs ? showCost(costs.marginUsd) : '–'}</td>
      <td className={NUMBER}>{sharePercent === null ? '–' : `${sharePercent}%`}</td>
      <td className={NUMBER}>{showCost(billedUsd)}</td>
    </tr>
  )
}
