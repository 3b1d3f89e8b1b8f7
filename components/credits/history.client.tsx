'use client'

import { clsx } from 'clsx'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { buttonClass } from '#components/ui/button.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { Section } from '#components/ui/page-header.tsx'
import { Loading } from '#components/ui/skeleton.tsx'
import { StaleNotice } from '#components/ui/stale-notice.client.tsx'
import { HISTORY_TYPES, type HistoryPage, type HistoryType } from '#hooks/credit-types.ts'
import { useCreditHistory } from '#hooks/use-credits.ts'
import { TYPE_WORDS } from './credit-words.ts'
import { HistoryTable } from './history-table.tsx'

const isType = (text: string | null): text is HistoryType => HISTORY_TYPES.some((type) => type === text)

const pathOf = (type: HistoryType | null, cursor: string | null = null): string => {
  const search = new URLSearchParams({ ...(type ? { type } : {}), ...(cursor ? { cursor } : {}) }).toString()
  return search ? `/credits?${search}` : '/credits'
}

/** What came and went, newest first. Type and page are in the address. */
export function History() {
  const search = useSearchParams()
  const asked = search.get('type')
  const type = isType(asked) ? asked : null
  const cursor = search.get('cursor')
  const { data, error, refresh } = useCreditHistory(type, cursor)
  return (
    <Section title="History" note="newest first; a request’s line comes when its answer ends">
      <Filter chosen={type} />
      {error ? <StaleNotice error={error} onRetry={refresh} isEmpty={!data} /> : null}
      {!data && !error ? <Loading what="the history" className="h-64" /> : null}
      {data?.data.length === 0 ? <NothingYet type={type} cursor={cursor} /> : null}
      {data && data.data.length > 0 ? <HistoryTable entries={data.data} /> : null}
      {data ? <Pages page={data} type={type} cursor={cursor} /> : null}
    </Section>
  )
}

function Filter({ chosen }: { chosen: HistoryType | null }) {
  return (
    <nav aria-label="Type of entry" className="mb-3 flex flex-wrap gap-1">
      {[null, ...HISTORY_TYPES].map((type) => (
        <Link
          key={type ?? 'all'}
          href={pathOf(type)}
          prefetch={false}
          scroll={false}
          aria-current={type === chosen ? 'page' : undefined}
          className={clsx(
            'inline-flex min-h-9 items-center rounded-md border px-3 text-sm pointer-coarse:min-h-11',
            type === chosen
              ? 'border-line bg-surface font-medium text-text'
              : 'border-transparent text-text-2 hover:text-text',
          )}
        >
          {type ? TYPE_WORDS[type].filter : 'All'}
        </Link>
      ))}
    </nav>
  )
}

function NothingYet({ type, cursor }: { type: HistoryType | null; cursor: string | null }) {
  if (type === null && cursor === null) {
    return (
      <Notice title="Nothing yet.">Purchases, given credits and every request show up here with what they cost.</Notice>
    )
  }
  const all = (
    <Link className={buttonClass()} href="/credits" scroll={false}>
      {type === null ? 'Newest entries' : 'All types'}
    </Link>
  )
  return (
    <Notice title="No entries match." actions={all}>
      {type === null ? 'There is nothing older.' : `There are no entries of the type ${TYPE_WORDS[type].filter}.`}
    </Notice>
  )
}

interface PagesProps {
  page: HistoryPage
  type: HistoryType | null
  cursor: string | null
}

function Pages({ page, type, cursor }: PagesProps) {
  if (cursor === null && page.next_cursor === null) return null
  return (
    <nav aria-label="Pages of the history" className="mt-4 flex flex-wrap gap-2">
      {cursor === null ? null : (
        <Link className={buttonClass()} href={pathOf(type)} prefetch={false} scroll={false}>
          Newest
        </Link>
      )}
      {page.next_cursor === null ? null : (
        <Link className={buttonClass()} href={pathOf(type, page.next_cursor)} prefetch={false} scroll={false}>
          Older
        </Link>
      )}
    </nav>
  )
}
