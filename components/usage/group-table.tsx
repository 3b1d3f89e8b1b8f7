import Link from 'next/link'
import { showUsdExact } from '#lib/format/money.ts'
import { showTokensExact } from '#lib/format/tokens.ts'
import { parseUsd } from '#lib/money/decimal.ts'
import type { Grouping, NamedAccount, UsageMonth, UsageSums } from './overview.ts'
import { Swatch } from './swatch.tsx'
import { groupName, shareOf } from './usage-words.ts'
import { HEAD, NUMBER, WIDE } from '#components/ui/table.ts'

const TITLES: Record<Grouping, string> = { model: 'Model', user: 'User', feature: 'Feature', key: 'API key' }

interface GroupTableProps {
  month: UsageMonth
  by: Grouping
  /** Names of the accounts, where a row is of one of several. */
  payers: readonly NamedAccount[]
}

/** Cost of the month by group, to the last 1e-8: the rows add up to the total. */
export function GroupTable({ month, by, payers }: GroupTableProps) {
  const { groups, others, totals } = month
  const names = new Map(payers.map((each) => [each.account, each]))
  return (
    <table className="w-full text-left text-sm">
      <caption className="sr-only">Requests, tokens and cost of the month by {by}, most expensive first</caption>
      <thead>
        <tr className="border-b border-line">
          <th scope="col" className={HEAD}>
            {TITLES[by]}
          </th>
          <th scope="col" className={`${HEAD} ${WIDE} text-right`}>
            Requests
          </th>
          <th scope="col" className={`${HEAD} ${WIDE} text-right`}>
            Tokens
          </th>
          <th scope="col" className={`${HEAD} ${WIDE} text-right`}>
            Share
          </th>
          <th scope="col" className={`${HEAD} text-right`}>
            Cost, USD
          </th>
        </tr>
      </thead>
      <tbody>
        <Row name="Total" sums={totals} whole={totals.billedUsd} strong />
        {groups.map((group, rank) => {
          const payer = group.account ? names.get(group.account) : undefined
          return (
            <Row
              key={`${group.account} ${group.key}`}
              name={groupName(group, by)}
              payer={payer}
              rank={rank}
              sums={group}
              whole={totals.billedUsd}
            />
          )
        })}
        {others ? <Row name={`${others.count} more`} sums={others} whole={totals.billedUsd} /> : null}
      </tbody>
    </table>
  )
}

interface RowProps {
  name: string
  payer?: NamedAccount | undefined
  rank?: number
  sums: UsageSums
  whole: string
  strong?: boolean
}

function Row({ name, payer, rank, sums, whole, strong = false }: RowProps) {
  return (
    <tr className={`h-10 border-b border-line ${strong ? 'font-medium' : ''}`} data-group={name}>
      <th scope="row" className={`max-w-44 py-2 sm:max-w-80 ${strong ? 'font-medium' : 'font-normal'}`}>
        <span className="flex items-center gap-2">
          {rank === undefined ? null : <Swatch rank={rank} />}
          <span className="truncate" title={name}>
            {name}
          </span>
        </span>
        {payer ? (
          <Link className="block truncate text-xs text-text-2 hover:underline" href={payer.href}>
            {payer.name}
          </Link>
        ) : null}
        <span className="block text-xs text-text-2 sm:hidden">{showTokensExact(BigInt(sums.tokens))} tokens</span>
      </th>
      <td className={`${NUMBER} ${WIDE}`}>{showTokensExact(BigInt(sums.requests))}</td>
      <td className={`${NUMBER} ${WIDE}`}>{showTokensExact(BigInt(sums.tokens))}</td>
      <td className={`${NUMBER} ${WIDE}`}>{shareOf(sums.billedUsd, whole)}</td>
      <td className={NUMBER}>{showUsdExact(parseUsd(sums.billedUsd))}</td>
    </tr>
  )
}
