'use client'

import { type FormEvent, useRef, useState } from 'react'
import { depositFault } from '#components/subscriptions/subscription-draft.ts'
import { OutcomeNotice } from '#components/transactions/outcome-notice.tsx'
import { TransactionSteps } from '#components/transactions/transaction-steps.client.tsx'
import { STATE_WORDS } from '#components/transactions/words.ts'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { showFlow, showUsd } from '#lib/format/money.ts'
import { parseFlow, parseUsdPerFlow } from '#lib/money/decimal.ts'
import { flow } from '#lib/money/units.ts'
import { flowToUsd } from '#lib/pricing/price-usage.ts'
import type { TransactionOutcome } from '#hooks/transaction-state.ts'
import { useBuyCredits } from '#hooks/use-buy-credits.ts'
import { useFlowBalance } from '#hooks/use-flow-balance.ts'
import { useSession } from '#hooks/use-session.ts'
import { TopupList } from './topup-list.client.tsx'

interface PayWithFlowProps {
  treasury: string
  /** Null: not known now. */
  usdPerFlow: string | null
  onPaid: () => void
}

const ANY_AMOUNT = flow(0n)

/** Pays for credits with FLOW of the wallet, unless that is the one which is paid. */
export default function PayWithFlow(props: PayWithFlowProps) {
  const { session } = useSession()
  return (
    <div className="mt-6 max-w-md space-y-3">
      <h3 className="font-semibold">Pay with FLOW</h3>
      {session?.address === props.treasury ? (
        <Notice title="This account is the one that FLOW is paid to.">
          What it pays itself becomes no credits. Connect another account to pay with FLOW.
        </Notice>
      ) : (
        <FlowForm {...props} payer={session?.address} />
      )}
      <p className="text-xs text-text-2">
        FLOW of a subscription becomes credits too: ask for it back on the subscription’s page, then choose “Turn into
        credits”.
      </p>
      <TopupList onCredited={props.onPaid} />
    </div>
  )
}

interface FlowFormProps extends PayWithFlowProps {
  payer: string | undefined
}

/** Whatever happens, what was typed stays. */
function FlowForm({ treasury, usdPerFlow, onPaid, payer }: FlowFormProps) {
  const { balance, refresh } = useFlowBalance(payer)
  const { buy, status, busy } = useBuyCredits()
  const [amount, setAmount] = useState('')
  const [fault, setFault] = useState<string | undefined>()
  const [outcome, setOutcome] = useState<TransactionOutcome | null>(null)
  const form = useRef<HTMLFormElement>(null)
  const found = depositFault(amount, { minimumDeposit: ANY_AMOUNT, balance })

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (busy || !payer) return
    setFault(found)
    if (found) return form.current?.querySelector('input')?.focus()
    setOutcome(null)
    setOutcome(await buy({ amount: amount.trim(), treasury, payer }))
    refresh()
    onPaid()
  }
  const worth =
    found || usdPerFlow === null ? null : showUsd(flowToUsd(parseFlow(amount.trim()), parseUsdPerFlow(usdPerFlow)))
  const noRate = 'There is no rate of FLOW now: what you pay becomes credits once there is one.'
  const held = balance === undefined ? 'Asking what your wallet holds.' : `Your wallet has ${showFlow(balance)}.`
  return (
    <form ref={form} onSubmit={submit} noValidate aria-label="Pay with FLOW" className="space-y-3">
      <Field
        id="flow-amount"
        label="Amount"
        unit="FLOW"
        inputMode="decimal"
        autoComplete="off"
        hint={`${held} ${worth ? `Worth ${worth} now; the rate of the block that pays it counts.` : usdPerFlow ? '' : noRate}`}
        value={amount}
        error={fault}
        onChange={(event) => setAmount(event.target.value)}
      />
      <Button type="submit" aria-disabled={busy} className="min-w-[22ch]">
        {busy && status ? STATE_WORDS[status.state] : 'Buy credits with FLOW'}
      </Button>
      {busy && status ? <TransactionSteps status={status} /> : null}
      {outcome && !busy ? (
        <OutcomeNotice
          outcome={outcome}
          done="The FLOW is paid. The credits come within seconds."
          notDone="Nothing was paid."
          unknown="It is not known whether the FLOW was paid."
        />
      ) : null}
    </form>
  )
}
