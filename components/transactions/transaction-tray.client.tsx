'use client'

import { ArrowLeftRight } from 'lucide-react'
import { useId } from 'react'
import { TransactionId } from '#components/ui/identifier.client.tsx'
import { Time } from '#components/ui/time.client.tsx'
import { useAppConfig } from '#hooks/app-config.ts'
import { hasEnded } from '#hooks/transaction-result.ts'
import { useTrackedTransactions } from '#hooks/transaction-store.ts'
import { useSession } from '#hooks/use-session.ts'
import { STATE_WORDS } from './words.ts'

const MOST_SHOWN = 8

/** The transactions that this browser sent for the signed-in account, newest first. */
export function TransactionTray() {
  const { session } = useSession()
  const { deploymentId, network } = useAppConfig()
  const id = useId()
  const mine = useTrackedTransactions().filter(
    (transaction) => transaction.address === session?.address && transaction.deploymentId === deploymentId,
  )
  if (!session || mine.length === 0) return null
  const open = mine.filter(({ state }) => !hasEnded(state)).length
  return (
    <>
      <button
        type="button"
        popoverTarget={id}
        aria-label={open > 0 ? `Transactions, ${open} open` : 'Transactions'}
        title="Transactions"
        className="inline-flex h-9 min-w-9 items-center justify-center gap-1 rounded-md px-2 text-text-2 hover:bg-sunken hover:text-text pointer-coarse:h-11"
      >
        <ArrowLeftRight aria-hidden="true" size={16} strokeWidth={1.5} />
        {open > 0 ? <span className="text-xs">{open}</span> : null}
      </button>
      <div
        id={id}
        popover="auto"
        className="fixed inset-auto top-14 right-4 m-0 w-80 max-w-[calc(100vw-2rem)] rounded-md border border-line bg-surface p-4 text-sm text-text shadow-popover"
      >
        <p className="font-semibold">Transactions</p>
        <ul className="mt-2 divide-y divide-line">
          {mine.slice(0, MOST_SHOWN).map(({ txId, title, state, error, sentAt }) => (
            <li key={txId} className="py-2">
              <p className="flex justify-between gap-3">
                <span>{title}</span>
                <span className={state === 'failed' ? 'text-bad' : 'text-text-2'}>{STATE_WORDS[state]}</span>
              </p>
              {error ? <p className="mt-1 text-xs text-text-2">{error}</p> : null}
              <p className="mt-1 flex justify-between gap-3 text-xs text-text-2">
                <TransactionId value={txId} network={network} />
                <Time at={sentAt} />
              </p>
            </li>
          ))}
        </ul>
      </div>
    </>
  )
}
