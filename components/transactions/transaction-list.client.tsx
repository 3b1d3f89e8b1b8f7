'use client'

import { TransactionId } from '#components/ui/identifier.client.tsx'
import { Time } from '#components/ui/time.client.tsx'
import { useAppConfig } from '#hooks/app-config.ts'
import type { TrackedTransaction } from '#hooks/transaction-store.ts'
import { STATE_WORDS } from './words.ts'

const MOST_SHOWN = 8

/** Transactions with their state, newest first. */
export default function TransactionList({ transactions }: { transactions: readonly TrackedTransaction[] }) {
  const { network } = useAppConfig()
  return (
    <>
      <p className="font-semibold">Transactions</p>
      <ul className="mt-2 divide-y divide-line">
        {transactions.slice(0, MOST_SHOWN).map(({ txId, title, state, error, sentAt }) => (
          <li key={txId} className="py-2">
            <p className="flex justify-between gap-3">
              <span className="min-w-0 wrap-anywhere">{title}</span>
              <span className={state === 'failed' ? 'text-bad' : 'text-text-2'}>{STATE_WORDS[state]}</span>
            </p>
            {error ? <p className="mt-1 text-xs text-text-2">{error}</p> : null}
            <p className="mt-1 flex items-center justify-between gap-3 text-xs text-text-2">
              <TransactionId value={txId} network={network} />
              <Time at={sentAt} />
            </p>
          </li>
        ))}
      </ul>
    </>
  )
}
