import Link from 'next/link'
import { showUsdExact } from '#lib/format/money.ts'
import { showTokensExact } from '#lib/format/tokens.ts'
import type { Usd } from '#lib/money/units.ts'
import { Time } from '#components/ui/time.client.tsx'
import type { RecentRequest, UsageView } from '#hooks/api-types.ts'
import { estimateUsd } from './vault-figures.ts'
import { HEAD, WIDE } from '#components/ui/table.ts'

const count = (tokens: string | null): string => (tokens === null ? '–' : showTokensExact(BigInt(tokens)))

function outcome(request: RecentRequest): string {
  if (request.status === 'failure') return 'Failed, free'
  if (request.status === 'unknown') return 'Not known, free'
  return request.cacheHit ? 'From cache, free' : 'Counted'
}

/** The last few requests in two lines each, for a tile. */
export function RecentActivity({ usage, most }: { usage: UsageView; most: number }) {
  return (
    <ul className="space-y-1 text-xs">
      {usage.recent.slice(0, most).map((request) => (
        <li key={request.id} className="flex items-baseline gap-2">
          <span className="min-w-[10ch] whitespace-nowrap text-text-2">
            <Time at={request.startedAt} />
          </span>
          <span className="min-w-0 truncate font-mono">{request.model}</span>
          <span className="ml-auto whitespace-nowrap text-text-2">
            {count(request.inputTokens)} in, {count(request.outputTokens)} out
          </span>
        </li>
      ))}
    </ul>
  )
}

/** Leads to the page that proves the request, or says when it will be settled. */
function ReceiptLink({ request }: { request: RecentRequest }) {
  return (
    <Link
      prefetch={false}
      className="text-accent underline"
      href={`/verify?call=${encodeURIComponent(request.id)}`}
      aria-label={`Receipt of the request to ${request.model} at ${request.startedAt}`}
    >
      Receipt
    </Link>
  )
}

const CELL = 'py-2 not-first:pl-4 whitespace-nowrap'

function CostCell({ cost }: { cost: Usd | null }) {
  const title =
    cost === null ? 'Of a month that is over: its receipt tells' : 'At today’s tier; final when the period ends'
  return (
    <td className={`${CELL} text-right`} title={title}>
      {cost === null ? '–' : `≈${showUsdExact(cost)}`}
    </td>
  )
}

/** The last requests, of whichever month. On a phone the numbers of a row move below its model. */
export function RequestTable({ usage }: { usage: UsageView }) {
  return (
    <table className="w-full text-left text-sm">
      <caption className="sr-only">
        The last requests, newest first. Costs are at today’s tier until the period ends, and none for months before.
      </caption>
      <thead>
        <tr className="border-b border-line">
          <th scope="col" className={HEAD}>
            Time
          </th>
          <th scope="col" className={HEAD}>
            Model
          </th>
          <th scope="col" className={`${HEAD} hidden text-right sm:table-cell`}>
            Tokens in
          </th>
          <th scope="col" className={`${HEAD} hidden text-right sm:table-cell`}>
            Tokens out
          </th>
          <th scope="col" className={`${HEAD} text-right`}>
            Cost, USD
          </th>
          <th scope="col" className={`${HEAD} ${WIDE} sm:not-first:pl-8`}>
            Status
          </th>
          <th scope="col" className={`${HEAD} hidden text-right sm:table-cell`}>
            Proof
          </th>
        </tr>
      </thead>
      <tbody>
        {usage.recent.map((request) => (
          <tr key={request.id} data-request={request.id} className="h-10 border-b border-line">
            <td className={`${CELL} text-text-2`}>
              <Time at={request.startedAt} />
            </td>
            <td className="max-w-40 py-2 not-first:pl-4 sm:max-w-none">
              <span className="block truncate font-mono text-xs" title={request.model}>
                {request.model}
              </span>
              <span className="text-xs text-text-2 sm:hidden">
                {count(request.inputTokens)} in, {count(request.outputTokens)} out · <ReceiptLink request={request} />
              </span>
            </td>
            <td className={`${CELL} hidden text-right sm:table-cell`}>{count(request.inputTokens)}</td>
            <td className={`${CELL} hidden text-right sm:table-cell`}>{count(request.outputTokens)}</td>
            <CostCell cost={estimateUsd(request, usage)} />
            <td className={`${CELL} hidden text-text-2 sm:table-cell sm:not-first:pl-8`}>{outcome(request)}</td>
            <td className={`${CELL} hidden text-right sm:table-cell`}>
              <ReceiptLink request={request} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
