'use client'

import { useSearchParams } from 'next/navigation'
import { useEffect } from 'react'
import { Notice } from '#components/ui/notice.tsx'
import { usePurchase } from '#hooks/use-purchase.ts'

interface PurchaseReturnProps {
  /** The balance is worth another look. */
  onPaid: () => void
}

/** Stripe has taken or refused a payment: says how its purchase stands. The browser's word credits nothing. */
export function PurchaseReturn({ onPaid }: PurchaseReturnProps) {
  const search = useSearchParams()
  const id = search.get('purchase')
  // Where a bank's page led back, Stripe says how it went there.
  return id ? (
    <PurchaseState key={id} id={id} isRefused={search.get('redirect_status') === 'failed'} onPaid={onPaid} />
  ) : null
}

interface PurchaseStateProps extends PurchaseReturnProps {
  id: string
  isRefused: boolean
}

function PurchaseState({ id, isRefused, onPaid }: PurchaseStateProps) {
  const { status, hasEnded, error } = usePurchase(id)
  useEffect(() => {
    if (status === 'paid') onPaid()
  }, [status, onPaid])
  if (!status && !error) return null
  const isFailed = status === 'failed' && hasEnded
  return (
    <div className="mb-4">
      {error ? (
        <Notice tone="warn" title="It is not known yet how the purchase ended.">
          {error.message} What was paid is credited by itself.
        </Notice>
      ) : null}
      {!error && status === 'paid' ? (
        <Notice tone="ok" live="polite" title="The payment arrived. The credits are in the account." />
      ) : null}
      {!error && status !== 'paid' && (isFailed || isRefused) ? (
        <Notice live="polite" title="The payment was not made.">
          Nothing was charged and nothing was credited. Choose an amount to try again.
        </Notice>
      ) : null}
      {!error && status !== 'paid' && !isFailed && !isRefused ? (
        <Notice live="polite" title="Stripe hasn’t confirmed the payment yet.">
          Cards take seconds, bank debits take days. The credits come by themselves; you can leave this page.
        </Notice>
      ) : null}
    </div>
  )
}
