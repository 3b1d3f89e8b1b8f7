'use client'

import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { Button, buttonClass } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { Loading } from '#components/ui/skeleton.tsx'
import { StaleNotice } from '#components/ui/stale-notice.client.tsx'
import { SignInPrompt } from '#components/wallet/sign-in-prompt.tsx'
import { useAdminAccounts } from '#hooks/use-admin-credits.ts'
import { useSession } from '#hooks/use-session.ts'
import { AccountRow } from './account-row.client.tsx'
import { UnassignedTopups } from './unassigned-topups.client.tsx'
import { UsageReviews } from './usage-reviews.client.tsx'

const PATH = '/admin/credits'

/** The admin's view of credit accounts: find one, give, refund, set its tier; decide what nobody could. */
export function AdminCreditsPage() {
  const { session } = useSession()
  return (
    <>
      <PageHeader title="Accounts" />
      {session ? null : <SignInPrompt what="credit accounts" />}
      {session?.roles === null ? (
        <Notice tone="warn" title="Flow doesn’t answer right now.">
          Whether you are the admin stands on chain. Load the page again in a moment.
        </Notice>
      ) : null}
      {session?.roles?.admin === false ? (
        <Notice title="This page is the admin’s.">
          Admin is who holds the admin resource on chain. Switch to that account to see it.
        </Notice>
      ) : null}
      {session?.roles?.admin ? (
        <>
          <UsageReviews />
          <Accounts />
        </>
      ) : null}
    </>
  )
}

const pathOf = (query: string, cursor: string): string =>
  `${PATH}?${new URLSearchParams({ ...(query ? { query } : {}), cursor }).toString()}`

function Accounts() {
  const search = useSearchParams()
  const query = search.get('query') ?? ''
  const cursor = search.get('cursor')
  const accounts = useAdminAccounts(query, cursor)
  const { data, error, refresh } = accounts
  return (
    <>
      <SearchForm key={query} query={query} />
      {error ? <StaleNotice error={error} onRetry={refresh} isEmpty={!data} /> : null}
      {!data && !error ? <Loading what="credit accounts" className="h-64" /> : null}
      {data?.data.length === 0 ? <NoAccounts query={query} /> : null}
      <ul className="divide-y divide-line">
        {data?.data.map((account) => (
          <li key={account.id} data-account={account.id}>
            <AccountRow account={account} accounts={accounts} />
          </li>
        ))}
      </ul>
      <nav aria-label="Pages of accounts" className="mt-4 flex flex-wrap gap-2 empty:hidden">
        {cursor ? (
          <Link className={buttonClass()} href={query ? `${PATH}?query=${encodeURIComponent(query)}` : PATH}>
            First page
          </Link>
        ) : null}
        {data?.next_cursor ? (
          <Link className={buttonClass()} href={pathOf(query, data.next_cursor)} prefetch={false}>
            Next page
          </Link>
        ) : null}
      </nav>
      <UnassignedTopups onAssigned={refresh} />
    </>
  )
}

function SearchForm({ query }: { query: string }) {
  return (
    <form action={PATH} aria-label="Find accounts" className="mb-4 flex max-w-md items-end gap-2">
      <div className="min-w-0 flex-1">
        <Field id="query" name="query" label="Find by address or id" autoComplete="off" defaultValue={query} />
      </div>
      <Button type="submit">Find</Button>
    </form>
  )
}

function NoAccounts({ query }: { query: string }) {
  if (query === '') return <Notice title="No account yet.">An account opens at the first sign-in.</Notice>
  return (
    <Notice
      title="No account matches."
      actions={
        <Link className={buttonClass()} href={PATH}>
          All accounts
        </Link>
      }
    >
      A part of the Flow address, of the identity or of the account’s id is enough.
    </Notice>
  )
}
