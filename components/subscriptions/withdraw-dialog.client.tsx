'use client'

import { type FormEvent, useRef, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Choice } from '#components/ui/choice.tsx'
import { Field } from '#components/ui/field.tsx'
import { Modal } from '#components/ui/modal.client.tsx'
import { showFlowExact } from '#lib/format/money.ts'
import { showDuration } from '#lib/format/time.ts'
import { parseFlow } from '#lib/money/decimal.ts'
import type { Flow, Usd } from '#lib/money/units.ts'
import { useAppConfig } from '#hooks/app-config.ts'
import { lapsingCredit, withdrawFault } from './withdraw-rules.ts'

interface WithdrawDialogProps {
  open: boolean
  left: Flow
  credit: Usd
  onClose: () => void
  /** FLOW as decimal text; null: all, and the subscription closed. */
  onRequest: (amount: string | null) => void
}

const FORM_ID = 'withdraw'

/** How much is to come back. It closes before the wallet opens, and keeps what was entered. */
export function WithdrawDialog({ open, left, credit, onClose, onRequest }: WithdrawDialogProps) {
  const { settleDelaySeconds, minimumDeposit } = useAppConfig()
  const [closing, setClosing] = useState(false)
  const [amount, setAmount] = useState('')
  const [fault, setFault] = useState<string | undefined>()
  const form = useRef<HTMLFormElement>(null)

  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const found = closing ? undefined : withdrawFault(amount, left, parseFlow(minimumDeposit))
    setFault(found)
    if (found) form.current?.querySelector<HTMLInputElement>('#withdraw-amount')?.focus()
    else onRequest(closing ? null : amount.trim())
  }
  return (
    <Modal
      open={open}
      title="Withdraw FLOW"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind={closing ? 'danger' : 'primary'} type="submit" form={FORM_ID}>
            {closing ? 'Request to close' : 'Request FLOW'}
          </Button>
        </>
      }
    >
      <form id={FORM_ID} ref={form} onSubmit={submit} noValidate className="space-y-4">
        <fieldset className="space-y-2 text-text">
          <legend className="sr-only">How much</legend>
          <Choice name="withdraw-what" label="An amount" checked={!closing} onChoose={() => setClosing(false)} />
          <Choice
            name="withdraw-what"
            label="Close subscription and take all back"
            checked={closing}
            onChoose={() => setClosing(true)}
          />
        </fieldset>
        {closing ? null : (
          <div className="text-text">
            <Field
              id="withdraw-amount"
              label="Amount to withdraw"
              unit="FLOW"
              inputMode="decimal"
              autoComplete="off"
              hint={`${showFlowExact(left)} is left.`}
              value={amount}
              error={fault}
              onChange={(event) => setAmount(event.target.value)}
            />
          </div>
        )}
        <p>
          This is a request: you can take the FLOW {showDuration(settleDelaySeconds)} after it, so that usage already
          made is paid first.
        </p>
        <p>
          {closing ? CLOSING : PARTIAL} {closing ? lapsingCredit(credit) : null}
        </p>
      </form>
    </Modal>
  )
}

const PARTIAL =
  'The key keeps working as long as the rest covers its use. What is settled before you take the FLOW is paid first.'
const CLOSING =
  'The key is blocked as soon as you ask, and works again if you cancel. What was used is paid first. Taking the FLOW ' +
  'then closes the vault for good: it takes no deposits any more.'
