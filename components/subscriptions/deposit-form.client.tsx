'use client'

import { type FormEvent, useEffect, useRef, useState } from 'react'
import { OutcomeNotice } from '#components/transactions/outcome-notice.tsx'
import { TransactionSteps } from '#components/transactions/transaction-steps.client.tsx'
import { STATE_WORDS } from '#components/transactions/words.ts'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { showFlow } from '#lib/format/money.ts'
import { flow } from '#lib/money/units.ts'
import type { VaultReport } from '#hooks/api-types.ts'
import type { TransactionOutcome } from '#hooks/transaction-state.ts'
import { useAnnounce } from '#hooks/use-announce.ts'
import { useDeposit } from '#hooks/use-deposit.ts'
import { useFlowBalance } from '#hooks/use-flow-balance.ts'
import { depositFault } from './subscription-draft.ts'
import { vaultName } from './vault-figures.ts'

const ANY_AMOUNT = flow(0n)

/** More FLOW for a vault, from the owner's account. Whatever happens, what was typed stays. */
export default function DepositForm({ vault, onDone }: { vault: VaultReport; onDone: () => void }) {
  const { balance, refresh } = useFlowBalance(vault.owner)
  const { deposit, status, busy } = useDeposit()
  const announce = useAnnounce()
  const [amount, setAmount] = useState('10.00')
  const [fault, setFault] = useState<string | undefined>()
  const [outcome, setOutcome] = useState<TransactionOutcome | null>(null)
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => form.current?.querySelector('input')?.focus(), [])

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (busy) return
    const found = depositFault(amount, { minimumDeposit: ANY_AMOUNT, balance })
    setFault(found)
    if (found) return form.current?.querySelector('input')?.focus()
    setOutcome(null)
    const order = { vaultId: vault.id, name: vaultName(vault), amount: amount.trim(), payer: vault.owner }
    const ended = await deposit(order)
    setOutcome(ended)
    refresh()
    if (ended.kind === 'final') announce('The deposit is final.')
  }
  return (
    <form
      ref={form}
      onSubmit={submit}
      noValidate
      aria-label="Deposit FLOW"
      className="mt-6 max-w-xl space-y-4 rounded-md border border-line bg-surface p-4"
    >
      <Field
        id="amount"
        label="Amount"
        unit="FLOW"
        inputMode="decimal"
        autoComplete="off"
        hint={balance === undefined ? 'Asking what your wallet holds.' : `Your wallet has ${showFlow(balance)}.`}
        value={amount}
        error={fault}
        onChange={(event) => setAmount(event.target.value)}
      />
      <div className="flex flex-wrap gap-2">
        <Button kind="primary" type="submit" aria-disabled={busy} className="min-w-[26ch]">
          {busy && status ? STATE_WORDS[status.state] : 'Deposit'}
        </Button>
        <Button kind="quiet" onClick={onDone}>
          Close
        </Button>
      </div>
      {busy && status ? <TransactionSteps status={status} /> : null}
      {outcome && !busy ? (
        <OutcomeNotice
          outcome={outcome}
          done="The deposit is in the vault."
          notDone="Nothing was deposited."
          unknown="It is not known whether the deposit went through."
        />
      ) : null}
    </form>
  )
}
