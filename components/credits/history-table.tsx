import Link from 'next/link'
import { Time } from '#components/ui/time.client.tsx'
import { showUsdExact } from '#lib/format/money.ts'
import { showTokensExact } from '#lib/format/tokens.ts'
import type { HistoryEntry } from '#hooks/credit-types.ts'
import { entryTitle, parseSignedUsd, showChange, TYPE_WORDS } from './credit-words.ts'
import { HEAD, WIDE } from '#components/ui/table.ts'

const CELL = 'py-2 not-first:pl-4 whitespace-nowrap'

const tokensOf = ({ tokens }: HistoryEntry): string => (tokens === null ? '–' : showTokensExact(BigInt(tokens)))

/** Leads to the page that proves the request. */
function ReceiptLink({ entry }: { entry: HistoryEntry }) {
  if (entry.request_id === null) return null
  return (
    <Link
      prefetch={false}
      className="text-accent underline"
      href={`/verify?call=${encodeURIComponent(entry.request_id)}`}
      aria-label={`Receipt of the request to ${entryTitle(entry)} at ${entry.created_at}`}
    >
      Receipt
    </Link>
  )
}

/** A page of the history. On a phone what is secondary moves below the first line of a row. */
export function HistoryTable({ entries }: { entries: readonly HistoryEntry[] }) {
  return (
    <table className="w-full text-left text-sm">
      <caption className="sr-only">What was added to the credits and what was taken, newest first</caption>
      <thead>
        <tr className="border-b border-line">
          <th scope="col" className={HEAD}>
            Time
          </th>
          <th scope="col" className={HEAD}>
            What
          </th>
          <th scope="col" className={`${HEAD} ${WIDE}`}>
            Type
          </th>
          <th scope="col" className={`${HEAD} ${WIDE} text-right`}>
            Tokens
          </th>
          <th scope="col" className={`${HEAD} text-right`}>
            Change, USD
          </th>
          <th scope="col" className={`${HEAD} ${WIDE} text-right`}>
            Proof
          </th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <tr key={entry.id} data-entry={entry.type} className="h-10 border-b border-line">
            <td className={`${CELL} text-text-2`}>
              <Time at={entry.created_at} />
            </td>
            <td className="max-w-32 py-2 not-first:pl-4 sm:max-w-80">
              <span className="block truncate" title={entry.description || entryTitle(entry)}>
                {entryTitle(entry)}
              </span>
              <span className="text-xs text-text-2 sm:hidden">
                {TYPE_WORDS[entry.type].one}
                {entry.tokens === null ? null : `, ${tokensOf(entry)} tokens`} <ReceiptLink entry={entry} />
              </span>
            </td>
            <td className={`${CELL} ${WIDE} text-text-2`}>{TYPE_WORDS[entry.type].one}</td>
            <td className={`${CELL} ${WIDE} text-right`}>{tokensOf(entry)}</td>
            <td
              className={`${CELL} text-right`}
              title={showUsdExact(parseSignedUsd(entry.amount_usd))}
              data-change={entry.amount_usd}
            >
              {showChange(entry.amount_usd)}
            </td>
            <td className={`${CELL} ${WIDE} text-right`}>
              <ReceiptLink entry={entry} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
