'use client'

import { useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Address, TransactionId } from '#components/ui/identifier.client.tsx'
import { Section } from '#components/ui/page-header.tsx'
import { StaleNotice } from '#components/ui/stale-notice.client.tsx'
import { Time } from '#components/ui/time.client.tsx'
import { showFlowExact, showUsdExact } from '#lib/format/money.ts'
import { parseFlow, parseUsd } from '#lib/money/decimal.ts'
import { useAppConfig } from '#hooks/app-config.ts'
import { useAnnounce } from '#hooks/use-announce.ts'
import { type UnassignedTopup, useUnassignedTopups } from '#hooks/use-unassigned-topups.ts'
import { AssignForm } from './assign-form.client.tsx'

/** FLOW that arrived for credits from somebody who has no account: the admin says whose it is. */
export function UnassignedTopups({ onAssigned }: { onAssigned: () => void }) {
  const { data, error, refresh, goTo, isFirst, assign } = useUnassignedTopups()
  const announce = useAnnounce()
  if (error && !data) return <StaleNotice error={error} onRetry={refresh} isEmpty />
  if (!data || (data.address === null && data.data.length === 0)) return null
  return (
    <Section title="FLOW without an account" note="newest first">
      {data.data.length === 0 ? (
        <p className="text-sm text-text-2">All FLOW that arrived for credits is on an account.</p>
      ) : null}
      <ul className="divide-y divide-line empty:hidden">
        {data.data.map((topup) => (
          <li key={topup.id} data-topup={topup.id}>
            <TopupRow
              topup={topup}
              onAssign={async (accountId, reason) => {
                await assign(topup.id, accountId, reason)
                onAssigned()
                announce('The FLOW is credited.')
              }}
            />
          </li>
        ))}
      </ul>
      <div className="mt-2 flex flex-wrap gap-2 empty:hidden">
        {isFirst ? null : <Button onClick={() => goTo(null)}>Newest</Button>}
        {data.next_cursor ? <Button onClick={() => goTo(data.next_cursor)}>Older</Button> : null}
      </div>
    </Section>
  )
}

interface TopupRowProps {
  topup: UnassignedTopup
  onAssign: (accountId: string, reason: string) => Promise<void>
}

function TopupRow({ topup, onAssign }: TopupRowProps) {
  const { network } = useAppConfig()
  const [isOpen, setIsOpen] = useState(false)
  const amount = showFlowExact(parseFlow(topup.amount_flow))
  return (
    <div className="py-3">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <div className="min-w-0 text-sm">
          <p>
            {amount}
            {topup.amount_usd === null ? ', waits for a rate of FLOW' : `, ${showUsdExact(parseUsd(topup.amount_usd))}`}
          </p>
          <p className="flex flex-wrap items-center gap-x-2 text-xs text-text-2">
            {topup.from_address ? <Address value={topup.from_address} /> : <span>Sender not known</span>}
            <Time at={topup.arrived_at} />
            <TransactionId value={topup.transaction_id} network={network} />
          </p>
        </div>
        {topup.amount_usd === null ? null : (
          <Button kind="quiet" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
            Assign<span className="sr-only"> {amount}</span>
          </Button>
        )}
      </div>
      {isOpen ? (
        <AssignForm id={topup.id} amount={amount} onAssign={onAssign} onCancel={() => setIsOpen(false)} />
      ) : null}
    </div>
  )
}
