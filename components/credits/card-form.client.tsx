'use client'

import { useRouter } from 'next/navigation'
import { type FormEvent, lazy, Suspense, useRef, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Choice } from '#components/ui/choice.tsx'
import { Field } from '#components/ui/field.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { newRequestKey } from '#hooks/new-request-key.ts'
import { useAttempt } from '#hooks/use-attempt.ts'
import { type StartedPurchase, startPurchase } from '#hooks/use-credits.ts'
import { showUsd } from '#lib/format/money.ts'
import { parseUsd } from '#lib/money/decimal.ts'
import { usdFault } from './credit-words.ts'

const PayHere = lazy(() => import('./pay-here.client.tsx'))

const AMOUNTS = ['10', '25', '50'] as const

type Way = 'checkout' | 'element'

/** One order, one key for each way to pay it: what is sent again is the same purchase. */
const newOrder = () => ({ checkout: newRequestKey(), element: newRequestKey() })

/** What is to be bought; a change of it is another order. */
function useOrder() {
  const [chosen, setChosen] = useState<string>(AMOUNTS[0])
  const [other, setOther] = useState('')
  const [saveCard, setSaveCard] = useState(false)
  const [keys, setKeys] = useState(newOrder)
  const renew = (): void => setKeys(newOrder())
  const anew =
    <T,>(set: (value: T) => void) =>
    (value: T): void => {
      set(value)
      renew()
    }
  return {
    chosen,
    other,
    saveCard,
    keys,
    amount: chosen === 'other' ? other.trim() : chosen,
    choose: anew(setChosen),
    setOther: anew(setOther),
    setSaveCard: anew(setSaveCard),
    renew,
  }
}

/** Buys by card: with Stripe's form on this page where it may be loaded, or on Stripe's own page. */
export function CardForm({ canPayHere }: { canPayHere: boolean }) {
  const { busy, fault, attempt } = useAttempt()
  const router = useRouter()
  const order = useOrder()
  const [otherFault, setOtherFault] = useState<string | undefined>()
  const [way, setWay] = useState<Way>('checkout')
  const [started, setStarted] = useState<{ purchase: StartedPurchase; amount: string } | null>(null)
  const form = useRef<HTMLFormElement>(null)

  const pay = async (method: Way): Promise<void> => {
    if (started) return
    const { amount, saveCard, keys } = order
    const found = usdFault(amount)
    setOtherFault(found)
    if (found) return form.current?.querySelector<HTMLInputElement>('#other-amount')?.focus()
    setWay(method)
    await attempt(async () => {
      const purchase = await startPurchase({ method, amount, saveCard, requestKey: keys[method] })
      if (purchase.url) location.assign(purchase.url)
      else if (purchase.client_secret) setStarted({ purchase, amount: showUsd(parseUsd(amount)) })
      // It was paid before, in another tab perhaps.
      else onSent(purchase.purchase_id)
    })
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    void pay(canPayHere ? 'element' : 'checkout')
  }
  /** From here on it is as when Stripe's page leads back. */
  const onSent = (id: string): void => {
    setStarted(null)
    order.renew()
    router.replace(`/credits?purchase=${id}`, { scroll: false })
  }
  const opening = busy ? way : null
  return (
    <>
      <form ref={form} onSubmit={submit} noValidate className="max-w-md space-y-4" aria-label="Add credits by card">
        <OrderFields order={order} otherFault={otherFault} isFixed={started !== null} />
        <div className="flex flex-wrap gap-2">
          {canPayHere ? (
            <Button kind="primary" type="submit" aria-disabled={busy || started !== null} className="min-w-[18ch]">
              {opening === 'element' ? 'Opening the form' : 'Pay here'}
            </Button>
          ) : null}
          <Button
            kind={canPayHere ? 'secondary' : 'primary'}
            type={canPayHere ? 'button' : 'submit'}
            aria-disabled={busy || started !== null}
            className="min-w-[20ch]"
            onClick={canPayHere ? () => void pay('checkout') : undefined}
          >
            {opening === 'checkout' ? 'Opening Stripe' : 'Continue to Stripe'}
          </Button>
        </div>
        {fault ? (
          <Notice tone="bad" title="Nothing was charged.">
            {fault.message}
          </Notice>
        ) : null}
      </form>
      {started ? (
        <Suspense fallback={null}>
          <PayHere {...started} onClose={() => setStarted(null)} onSent={onSent} />
        </Suspense>
      ) : null}
    </>
  )
}

interface OrderFieldsProps {
  order: ReturnType<typeof useOrder>
  otherFault: string | undefined
  /** It is being paid: the bank's question may leave the page within reach, but it can't be another order any more. */
  isFixed: boolean
}

function OrderFields({ order, otherFault, isFixed }: OrderFieldsProps) {
  const { chosen, other, saveCard, choose, setOther, setSaveCard } = order
  return (
    <fieldset disabled={isFixed} className="space-y-4">
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
          onChange={(event) => setOther(event.target.value)}
        />
      ) : null}
      <label className="flex min-h-6 items-center gap-2 text-sm pointer-coarse:min-h-11">
        <input
          type="checkbox"
          className="accent-accent"
          checked={saveCard}
          onChange={(event) => setSaveCard(event.target.checked)}
        />
        Save the card for auto-refill
      </label>
    </fieldset>
  )
}
