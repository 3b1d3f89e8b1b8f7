'use client'

import { type FormEvent, lazy, Suspense, useRef, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Choice } from '#components/ui/choice.tsx'
import { Field } from '#components/ui/field.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { Section } from '#components/ui/page-header.tsx'
import type { Credits } from '#hooks/credit-types.ts'
import { newRequestKey } from '#hooks/new-request-key.ts'
import { useAttempt } from '#hooks/use-attempt.ts'
import { startPurchase } from '#hooks/use-credits.ts'
import { useTopups } from '#hooks/use-topups.ts'
import { usdFault } from './credit-words.ts'
import { PurchaseReturn } from './purchase-return.client.tsx'

const PayWithFlow = lazy(() => import('./pay-with-flow.client.tsx'))

const AMOUNTS = ['10', '25', '50'] as const

interface AddCreditsProps {
  credits: Credits
  /** Something was paid: the balance is worth another look. */
  onPaid: () => void
}

/** The ways to add credits: a card on Stripe's page, or FLOW. */
export default function AddCredits({ credits, onPaid }: AddCreditsProps) {
  const { stripe } = credits.payments
  const { data: topups } = useTopups()
  const treasury = topups?.address ?? null
  return (
    <Section title="Add credits" note="1 credit is 1 US dollar">
      <PurchaseReturn onPaid={onPaid} />
      {stripe ? (
        <CardForm />
      ) : (
        <Notice title="Stripe isn’t configured.">
          This installation takes no cards yet. {treasury ? 'Pay with FLOW below, or ask' : 'Ask'} its operator, who
          sets the STRIPE variables.
        </Notice>
      )}
      {treasury ? (
        <Suspense fallback={null}>
          <PayWithFlow treasury={treasury} usdPerFlow={topups?.usd_per_flow ?? null} onPaid={onPaid} />
        </Suspense>
      ) : null}
    </Section>
  )
}

function CardForm() {
  const { busy, fault, attempt } = useAttempt()
  const [chosen, setChosen] = useState<string>(AMOUNTS[0])
  const [other, setOther] = useState('')
  const [otherFault, setOtherFault] = useState<string | undefined>()
  const [saveCard, setSaveCard] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  // One order, one key: what is sent again is the same purchase, until something else is chosen.
  const [order, setOrder] = useState(newRequestKey)
  const choose = (amount: string): void => {
    setChosen(amount)
    setOrder(newRequestKey())
  }

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const amount = chosen === 'other' ? other.trim() : chosen
    const found = usdFault(amount)
    setOtherFault(found)
    if (found) return form.current?.querySelector<HTMLInputElement>('#other-amount')?.focus()
    await attempt(async () => {
      const { url } = await startPurchase({ amount, saveCard, requestKey: order })
      if (url) location.assign(url)
    })
  }
  return (
    <form ref={form} onSubmit={submit} noValidate className="max-w-md space-y-4" aria-label="Add credits by card">
      <fieldset className="flex flex-wrap gap-x-6 gap-y-1 text-sm">
        <legend className="sr-only">Amount</legend>
        {AMOUNTS.map((amount) => (
          <Choice
            key={amount}
            name="amount"
            label={`$${amount}`}
            checked={chosen === amount}
            onChoose={() => choose(amount)}
          />
        ))}
        <Choice name="amount" label="Other" checked={chosen === 'other'} onChoose={() => choose('other')} />
      </fieldset>
      {chosen === 'other' ? (
        <Field
          id="other-amount"
          label="Other amount"
          unit="USD"
          inputMode="decimal"
          autoComplete="off"
          value={other}
          error={otherFault}
          onChange={(event) => {
            setOther(event.target.value)
            setOrder(newRequestKey())
          }}
        />
      ) : null}
      <label className="flex min-h-6 items-center gap-2 text-sm pointer-coarse:min-h-11">
        <input
          type="checkbox"
          className="accent-accent"
          checked={saveCard}
          onChange={(event) => {
            setSaveCard(event.target.checked)
            setOrder(newRequestKey())
          }}
        />
        Save the card for auto-refill
      </label>
      <Button kind="primary" type="submit" aria-disabled={busy} className="min-w-[20ch]">
        {busy ? 'Opening Stripe' : 'Continue to Stripe'}
      </Button>
      {fault ? (
        <Notice tone="bad" title="Nothing was charged.">
          {fault.message}
        </Notice>
      ) : null}
    </form>
  )
}
