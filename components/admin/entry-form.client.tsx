'use client'

import { type FormEvent, useState } from 'react'
import { usdFault } from '#components/credits/credit-words.ts'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import type { AdminAccount, AdminEntry } from '#hooks/use-admin-credits.ts'
import { useAttempt } from '#hooks/use-attempt.ts'
import { AdminForm } from './admin-form.tsx'
import { endFault, firstEndDay } from './end-day.ts'

type Entry = AdminEntry & { expires_at: string | null }

interface EntryFormProps {
  kind: 'grant' | 'refund'
  account: AdminAccount
  onBook: (entry: Entry) => Promise<void>
  onCancel: () => void
}

const WORDS = {
  grant: { title: 'Give credits', hint: 'Its customer reads the reason in the history.' },
  refund: { title: 'Refund usage', hint: 'At most what this month’s usage cost. Its customer reads the reason.' },
} as const

/** Books credits to an account: given, or usage given back. */
export function EntryForm({ kind, account, onBook, onCancel }: EntryFormProps) {
  const { busy, fault, attempt } = useAttempt()
  const [amount, setAmount] = useState('')
  const [reason, setReason] = useState('')
  const [expires, setExpires] = useState('')
  const [faults, setFaults] = useState<Partial<Record<'amount' | 'reason' | 'expires', string | undefined>>>({})
  const [firstEnd] = useState(() => firstEndDay(new Date()))
  const id = (name: string): string => `${account.id}-${kind}-${name}`

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const found = {
      amount: usdFault(amount),
      reason: reason.trim() ? undefined : 'Say why.',
      expires: endFault(expires, new Date()),
    }
    setFaults(found)
    const first = (['amount', 'reason', 'expires'] as const).find((name) => found[name])
    if (first) return document.getElementById(id(first))?.focus()
    const entry = { amount_usd: amount.trim(), reason: reason.trim() }
    await attempt(() => onBook({ ...entry, expires_at: expires ? `${expires}T00:00:00.000Z` : null }))
  }
  return (
    <AdminForm label={`${WORDS[kind].title} of ${account.subject}`} fault={fault} onSubmit={submit}>
      <Field
        id={id('amount')}
        label="Amount"
        unit="USD"
        inputMode="decimal"
        autoComplete="off"
        value={amount}
        error={faults.amount}
        onChange={(event) => setAmount(event.target.value)}
      />
      <Field
        id={id('reason')}
        label="Reason"
        hint={WORDS[kind].hint}
        autoComplete="off"
        value={reason}
        error={faults.reason}
        onChange={(event) => setReason(event.target.value)}
      />
      {kind === 'grant' ? (
        <Field
          id={id('expires')}
          label="Ends on, UTC"
          hint="It ends as that day begins. Empty: it never ends."
          type="date"
          min={firstEnd}
          value={expires}
          error={faults.expires}
          onChange={(event) => setExpires(event.target.value)}
        />
      ) : null}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" kind="primary" aria-disabled={busy}>
          {WORDS[kind].title}
        </Button>
        <Button onClick={onCancel}>Cancel</Button>
      </div>
    </AdminForm>
  )
}
