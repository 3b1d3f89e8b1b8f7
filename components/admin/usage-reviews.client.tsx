'use client'

import { type FormEvent, useState } from 'react'
import { plainUsd, usdFault } from '#components/credits/credit-words.ts'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { StaleNotice } from '#components/ui/stale-notice.client.tsx'
import { Time } from '#components/ui/time.client.tsx'
import { showUsdExact } from '#lib/format/money.ts'
import { parseUsd } from '#lib/money/decimal.ts'
import { useAnnounce } from '#hooks/use-announce.ts'
import { useAttempt } from '#hooks/use-attempt.ts'
import { type UsageReview, useUsageReviews } from '#hooks/use-usage-reviews.ts'

/** Usage that can't be: its hold is kept until the admin books a part of it or frees it. Nothing is drawn for none. */
export function UsageReviews() {
  const { data, error, refresh, decide } = useUsageReviews()
  const announce = useAnnounce()
  if (error && !data) return <StaleNotice error={error} onRetry={refresh} isEmpty />
  if (!data || data.data.length === 0) return null
  const count = data.data.length
  return (
    <div className="mb-6">
      <Notice tone="warn" title={`${count} ${count === 1 ? 'request needs' : 'requests need'} your word.`}>
        The model reported usage that can’t be. Nothing is booked and the hold stays until you decide.
      </Notice>
      <ul className="mt-2 divide-y divide-line">
        {data.data.map((review) => (
          <li key={review.id} data-review={review.id}>
            <Review
              review={review}
              onDecide={async (amount) => {
                await decide(review.id, amount)
                announce(amount === null ? 'The hold is freed.' : 'The usage is booked.')
              }}
            />
          </li>
        ))}
      </ul>
    </div>
  )
}

interface ReviewProps {
  review: UsageReview
  onDecide: (amount: string | null) => Promise<void>
}

function Review({ review, onDecide }: ReviewProps) {
  const { busy, fault, attempt } = useAttempt()
  const held = parseUsd(review.held_usd)
  const [amount, setAmount] = useState(plainUsd(review.held_usd))
  const [amountFault, setAmountFault] = useState<string | undefined>()
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const found =
      usdFault(amount) ?? (parseUsd(amount.trim()) > held ? 'At most what is held can be booked.' : undefined)
    setAmountFault(found)
    if (!found) await attempt(() => onDecide(amount.trim()))
  }
  return (
    <form onSubmit={submit} noValidate aria-label={`Review of ${review.id}`} className="space-y-2 py-3">
      <p className="wrap-anywhere">
        <span className="font-mono text-xs">{review.id}</span> {review.model}, held {showUsdExact(held)},{' '}
        <Time at={review.created_at} />. <span className="text-text-2">{review.reason}</span>
      </p>
      <div className="flex max-w-md flex-wrap items-end gap-2">
        <div className="min-w-40 flex-1">
          <Field
            id={`review-${review.id}`}
            label="Amount to book"
            unit="USD"
            inputMode="decimal"
            autoComplete="off"
            value={amount}
            error={amountFault ?? fault?.message}
            onChange={(event) => setAmount(event.target.value)}
          />
        </div>
        <Button type="submit" aria-disabled={busy}>
          Book
        </Button>
        <Button kind="quiet" aria-disabled={busy} onClick={() => void attempt(() => onDecide(null))}>
          Free the hold
        </Button>
      </div>
    </form>
  )
}
