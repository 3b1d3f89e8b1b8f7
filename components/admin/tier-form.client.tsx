'use client'

import { type FormEvent, useState } from 'react'
import { TIER_WORDS } from '#components/credits/credit-words.ts'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { Select } from '#components/ui/select.tsx'
import type { Tier } from '#hooks/credit-types.ts'
import type { AdminAccount } from '#hooks/use-admin-credits.ts'
import { useAttempt } from '#hooks/use-attempt.ts'
import { AdminForm } from './admin-form.tsx'

interface TierFormProps {
  account: AdminAccount
  onSet: (tier: Tier, reason: string) => Promise<void>
  onCancel: () => void
}

/** Sets an account's tier; enterprise is given here only. */
export function TierForm({ account, onSet, onCancel }: TierFormProps) {
  const { busy, fault, attempt } = useAttempt()
  const [tier, setTier] = useState<Tier>(account.tier)
  const [reason, setReason] = useState('')
  const [reasonFault, setReasonFault] = useState<string | undefined>()
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const found = reason.trim() ? undefined : 'Say why.'
    setReasonFault(found)
    if (found) return document.getElementById(`${account.id}-tier-reason`)?.focus()
    await attempt(() => onSet(tier, reason.trim()))
  }
  return (
    <AdminForm label={`Set tier of ${account.subject}`} fault={fault} onSubmit={submit}>
      <Select id={`${account.id}-tier`} label="Tier" options={TIER_WORDS} value={tier} onChange={setTier} />
      <Field
        id={`${account.id}-tier-reason`}
        label="Reason"
        autoComplete="off"
        value={reason}
        error={reasonFault}
        onChange={(event) => setReason(event.target.value)}
      />
      <div className="flex flex-wrap gap-2">
        <Button type="submit" kind="primary" aria-disabled={busy}>
          Set tier
        </Button>
        <Button onClick={onCancel}>Cancel</Button>
      </div>
    </AdminForm>
  )
}
