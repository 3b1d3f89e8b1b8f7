'use client'

import { lazy, Suspense } from 'react'
import { Notice } from '#components/ui/notice.tsx'
import { Section } from '#components/ui/page-header.tsx'
import type { Credits } from '#hooks/credit-types.ts'
import { useTopups } from '#hooks/use-topups.ts'
import { CardForm } from './card-form.client.tsx'
import { PurchaseReturn } from './purchase-return.client.tsx'

const PayWithFlow = lazy(() => import('./pay-with-flow.client.tsx'))

interface AddCreditsProps {
  credits: Credits
  /** Something was paid: the balance is worth another look. */
  onPaid: () => void
}

/** The ways to add credits: a card, here or on Stripe's page, or FLOW. */
export default function AddCredits({ credits, onPaid }: AddCreditsProps) {
  const { stripe, publishable_key: key } = credits.payments
  const { data: topups } = useTopups()
  const treasury = topups?.address ?? null
  return (
    <Section title="Add credits" note="1 credit is 1 US dollar">
      <PurchaseReturn onPaid={onPaid} />
      {stripe ? (
        <CardForm canPayHere={key !== null} />
      ) : (
        <Notice title="Stripe isn’t configured.">
          This installation takes no cards yet. {treasury ? 'Pay with FLOW below, or ask' : 'Ask'} its operator, who
          sets the STRIPE variables.
        </Notice>
      )}
      {treasury ? (
        <Suspense fallback={<div className="min-h-52" />}>
          <PayWithFlow treasury={treasury} usdPerFlow={topups?.usd_per_flow ?? null} onPaid={onPaid} />
        </Suspense>
      ) : null}
    </Section>
  )
}
