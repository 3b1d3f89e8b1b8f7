'use client'

import { type FormEvent, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { useAttempt } from '#hooks/use-attempt.ts'
import { AdminForm } from './admin-form.tsx'

interface AssignFormProps {
  id: string
  amount: string
  onAssign: (accountId: string, reason: string) => Promise<void>
  onCancel: () => void
}

/** Says whose FLOW it is, and why. */
export function AssignForm({ id, amount, onAssign, onCancel }: AssignFormProps) {
  const { busy, fault, attempt } = useAttempt()
  const [accountId, setAccountId] = useState('')
  const [reason, setReason] = useState('')
  const [faults, setFaults] = useState<{ account?: string | undefined; reason?: string | undefined }>({})
  const idOf = (name: string): string => `assign-${id}-${name}`

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const found = {
      account: accountId.trim() ? undefined : 'Say whose it is.',
      reason: reason.trim() ? undefined : 'Say why.',
    }
    setFaults(found)
    if (found.account || found.reason)
      return document.getElementById(idOf(found.account ? 'account' : 'reason'))?.focus()
    await attempt(() => onAssign(accountId.trim(), reason.trim()))
  }
  return (
    <AdminForm label={`Assign ${amount}`} fault={fault} onSubmit={submit}>
      <Field
        id={idOf('account')}
        label="Account"
        hint="Its id, as the accounts are listed here."
        autoComplete="off"
        value={accountId}
        error={faults.account}
        onChange={(event) => setAccountId(event.target.value)}
      />
      <Field
        id={idOf('reason')}
        label="Reason"
        hint="Its customer reads it in the history."
        autoComplete="off"
        value={reason}
        error={faults.reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <div className="flex flex-wrap gap-2">
        <Button type="submit" kind="primary" aria-disabled={busy}>
          Assign to the account
        </Button>
        <Button onClick={onCancel}>Cancel</Button>
      </div>
    </AdminForm>
  )
}
