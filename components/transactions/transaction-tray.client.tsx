'use client'

import { ArrowLeftRight } from 'lucide-react'
import { lazy } from 'react'
import { iconButtonClass } from '#components/ui/button.tsx'
import { PopoverButton } from '#components/ui/popover-button.client.tsx'
import { useAppConfig } from '#hooks/app-config.ts'
import { hasEnded } from '#hooks/transaction-state.ts'
import { useTrackedTransactions } from '#hooks/transaction-store.ts'
import { useSession } from '#hooks/use-session.ts'

const TransactionList = lazy(() => import('./transaction-list.client.tsx'))

/** The transactions that this browser sent for the signed-in account. */
export function TransactionTray() {
  const { session } = useSession()
  const { deploymentId } = useAppConfig()
  const mine = useTrackedTransactions().filter(
    (transaction) => transaction.address === session?.address && transaction.deploymentId === deploymentId,
  )
  if (!session || mine.length === 0) return null
  const open = mine.filter(({ state }) => !hasEnded(state)).length
  const face = (
    <>
      <ArrowLeftRight aria-hidden="true" size={16} strokeWidth={1.5} />
      {open > 0 ? <span className="text-xs">{open}</span> : null}
    </>
  )
  return (
    <PopoverButton
      face={face}
      aria-label={open > 0 ? `Transactions, ${open} open` : 'Transactions'}
      title="Transactions"
      className={iconButtonClass}
    >
      {() => <TransactionList transactions={mine} />}
    </PopoverButton>
  )
}
