'use client'

import { useSearchParams } from 'next/navigation'
import { useEffect } from 'react'
import { Notice } from '#components/ui/notice.tsx'
import { usePurchase } from '#hooks/use-purchase.ts'

/** Back from Stripe: says how the purchase stands until it has ended. The browser's word credits nothing. */
export function PurchaseReturn({ onPaid }: { onPaid: () => void }) {
  const id = useSearchParams().get('purchase')
  const { data, error } = usePurchase(id)
  const status = data?.status
  useEffect(() => {
    if (status === 'paid') onPaid()
  }, [status, onPaid])
  if (id === null || (!data && !error)) return null
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
      {!error && status === 'failed' ? (
        <Notice live="polite" title="The payment was not made.">
          Nothing was charged and nothing was credited. Choose an amount to try again.
        </Notice>
      ) : null}
      {!error && status !== 'paid' && status !== 'failed' ? (
        <Notice live="polite" title="Stripe hasn’t confirmed the payment yet.">
          Cards take seconds, bank debits take days. The credits come by themselves; you can leave this page.
        </Notice>
      ) : null}
    </div>
  )
}
