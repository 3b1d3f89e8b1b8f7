'use client'

import { clsx } from 'clsx'
import { Check, Circle, LoaderCircle } from 'lucide-react'
import { TransactionId } from '#components/ui/identifier.client.tsx'
import { useAppConfig } from '#hooks/app-config.ts'
import type { TransactionStatus } from '#hooks/transaction-state.ts'
import { STATE_WORDS, STEPS } from './words.ts'

/** Where a transaction is on its way; what it waits for is said in the polite live region as it changes. */
export function TransactionSteps({ status }: { status: TransactionStatus }) {
  const { network } = useAppConfig()
  const at = STEPS.indexOf(status.state)
  return (
    <div className="rounded-md border border-line bg-surface p-4">
      <ol aria-label="Steps of the transaction" className="flex flex-wrap gap-x-6 gap-y-2 text-sm">
        {STEPS.map((step, index) => {
          const past = index < at || status.state === 'final'
          const now = index === at && !past
          const Icon = past ? Check : now ? LoaderCircle : Circle
          return (
            <li
              key={step}
              data-step={step}
              data-reached={past || now}
              aria-current={now ? 'step' : undefined}
              className={clsx(
                'flex items-center gap-1.5',
                past && 'text-ok',
                now && 'font-medium text-text',
                !past && !now && 'text-text-3',
              )}
            >
              <Icon
                aria-hidden="true"
                size={14}
                strokeWidth={2}
                className={clsx(now && 'animate-spin motion-reduce:animate-none')}
              />
              {STATE_WORDS[step]}
            </li>
          )
        })}
      </ol>
      <output className="mt-3 block min-h-6 text-xs text-text-2">
        {status.txId ? (
          <>
            Transaction <TransactionId value={status.txId} network={network} />
          </>
        ) : (
          'Approve it in your wallet. Nothing is sent before.'
        )}
      </output>
    </div>
  )
}
