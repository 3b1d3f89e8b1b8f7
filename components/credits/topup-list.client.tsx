'use client'

import { useEffect, useRef } from 'react'
import { TransactionId } from '#components/ui/identifier.client.tsx'
import { Time } from '#components/ui/time.client.tsx'
import { showFlowExact } from '#lib/format/money.ts'
import { parseFlow } from '#lib/money/decimal.ts'
import { useAppConfig } from '#hooks/app-config.ts'
import { type Topup, useTopups } from '#hooks/use-topups.ts'

const WORDS: Readonly<Record<Exclude<Topup['state'], 'credited'>, string>> = {
  waiting: 'waits for a rate of FLOW',
  priced: 'is credited in a moment',
  too_small: 'is worth less than the smallest amount, so nothing was credited',
}

/** Payments in FLOW that aren't credits yet; those that are stand in the history. */
export function TopupList({ onCredited }: { onCredited: () => void }) {
  const { network } = useAppConfig()
  const { data } = useTopups()
  const open = data?.data.filter(({ state }) => state !== 'credited') ?? []
  const credited = (data?.data.length ?? 0) - open.length
  const before = useRef(credited)
  useEffect(() => {
    if (credited > before.current) onCredited()
    before.current = credited
  }, [credited, onCredited])
  return (
    <ul className="space-y-1 text-sm text-text-2 empty:hidden">
      {open.map((topup) => (
        <li key={topup.id} data-topup={topup.state}>
          {showFlowExact(parseFlow(topup.amount_flow))} {topup.state === 'credited' ? null : WORDS[topup.state]}.{' '}
          <Time at={topup.arrived_at} />, <TransactionId value={topup.transaction_id} network={network} />
        </li>
      ))}
    </ul>
  )
}
