'use client'

import { useEffect, useRef, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Modal } from '#components/ui/modal.client.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { type Confirmed, openPaymentForm, type PaymentForm } from '#hooks/stripe-js.ts'
import { useAnnounce } from '#hooks/use-announce.ts'
import type { StartedPurchase } from '#hooks/use-credits.ts'

interface PayHereProps {
  purchase: StartedPurchase
  /** "$10.00". */
  amount: string
  onClose: () => void
  /** Stripe has the payment. */
  onSent: (purchaseId: string) => void
}

type Stage = 'loading' | 'ready' | 'paying' | 'broken'
type Fault = { title: string; sentence: string }

const TITLES = { refused: 'Nothing was charged.', unknown: 'It is not known yet how the payment ended.' } as const

/** Opens Stripe's form for a purchase, and tells how far it is. */
function usePaymentForm({ publishable_key: publishableKey, client_secret: clientSecret }: StartedPurchase) {
  const announce = useAnnounce()
  const place = useRef<HTMLDivElement>(null)
  const form = useRef<PaymentForm | null>(null)
  const [stage, setStage] = useState<Stage>('loading')
  const [fault, setFault] = useState<Fault | null>(null)

  useEffect(() => {
    let isGone = false
    const opening =
      place.current && openPaymentForm(place.current, { publishableKey, clientSecret: clientSecret ?? '' })
    opening?.then(
      (opened) => {
        if (isGone) return opened.destroy()
        form.current = opened
        setStage('ready')
      },
      (cause: unknown) => {
        if (isGone) return
        const sentence = cause instanceof Error ? cause.message : 'Stripe’s form could not be opened.'
        setFault({ title: TITLES.refused, sentence })
        announce(sentence, 'assertive')
        setStage('broken')
      },
    )
    return () => {
      isGone = true
      form.current?.destroy()
      form.current = null
    }
  }, [publishableKey, clientSecret, announce])

  const pay = async (returnUrl: string): Promise<boolean> => {
    if (stage !== 'ready' || !form.current) return false
    setStage('paying')
    setFault(null)
    const unknown: Confirmed = { outcome: 'unknown', sentence: 'Stripe’s form broke. Try again: it stays one payment.' }
    const confirmed = await form.current.confirm(returnUrl).catch(() => unknown)
    if (confirmed.outcome === 'sent') return true
    setFault({ title: TITLES[confirmed.outcome], sentence: confirmed.sentence })
    announce(confirmed.sentence, 'assertive')
    setStage('ready')
    return false
  }
  return { place, stage, fault, pay }
}

/** Stripe's form over the page: what is typed into it goes to Stripe and not to us. */
export default function PayHere({ purchase, amount, onClose, onSent }: PayHereProps) {
  const { place, stage, fault, pay } = usePaymentForm(purchase)
  const isPaying = stage === 'paying'
  const submit = async (): Promise<void> => {
    const { purchase_id: id } = purchase
    if (await pay(`${location.origin}/credits?purchase=${id}`)) onSent(id)
  }
  return (
    <Modal
      open
      // A bank may ask its question over the page meanwhile: behind a modal dialog it could not be answered.
      isModal={!isPaying}
      title={`Pay ${amount} by card`}
      onClose={() => (isPaying ? undefined : onClose())}
      actions={
        <>
          <Button aria-disabled={isPaying} onClick={() => (isPaying ? undefined : onClose())}>
            Cancel
          </Button>
          <Button
            kind="primary"
            className="min-w-[14ch]"
            aria-disabled={stage !== 'ready'}
            onClick={() => void submit()}
          >
            {isPaying ? 'Paying' : `Pay ${amount}`}
          </Button>
        </>
      }
    >
      <p>Stripe takes what you enter here; FlareFlow never sees it.</p>
      <div className="mt-4 min-h-56" aria-busy={stage === 'loading'}>
        {stage === 'loading' ? <p>Opening Stripe’s form…</p> : null}
        <div ref={place} />
      </div>
      {fault ? (
        <Notice tone="bad" title={fault.title}>
          {fault.sentence}
        </Notice>
      ) : null}
    </Modal>
  )
}
