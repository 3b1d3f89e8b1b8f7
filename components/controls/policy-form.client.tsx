'use client'

import { type FormEvent, useEffect, useRef, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { TextArea } from '#components/ui/text-area.tsx'
import type { Policy } from '#hooks/api-types.ts'
import { draftOf, type PolicyDraft, type PolicyFaults, policyFaults, policyOf } from './control-rules.ts'

interface PolicyFormProps {
  /** The policy that acts now; null: none. */
  policy: Policy | null
  busy: boolean
  onSet: (policy: Policy) => void
}

/** M of N approvers and the threshold. What was typed stays, whatever happens. */
export function PolicyForm({ policy, busy, onSet }: PolicyFormProps) {
  const [draft, setDraft] = useState<PolicyDraft>(draftOf(policy))
  const [faults, setFaults] = useState<PolicyFaults>({})
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    if (Object.keys(faults).length > 0) form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus()
  }, [faults])
  const change = (part: Partial<PolicyDraft>): void => setDraft({ ...draft, ...part })

  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const found = policyFaults(draft)
    setFaults(found)
    if (Object.keys(found).length === 0) onSet(policyOf(draft))
  }
  return (
    <form ref={form} onSubmit={submit} noValidate className="max-w-md space-y-3" aria-label="Who must agree">
      <TextArea
        id="approvers-list"
        label="Addresses of the approvers"
        hint="Flow addresses, one a line, up to 16."
        rows={3}
        spellCheck={false}
        autoComplete="off"
        className="font-mono"
        value={draft.approvers}
        error={faults.approvers}
        onChange={(event) => change({ approvers: event.target.value })}
      />
      <Field
        id="approvers-required"
        label="How many must agree"
        inputMode="numeric"
        autoComplete="off"
        value={draft.required}
        error={faults.required}
        onChange={(event) => change({ required: event.target.value })}
      />
      <Field
        id="approvers-threshold"
        label="Threshold for payments"
        unit="FLOW"
        inputMode="decimal"
        autoComplete="off"
        hint="The provider gets this much a month without approval. Empty: no bound."
        value={draft.threshold}
        error={faults.threshold}
        onChange={(event) => change({ threshold: event.target.value })}
      />
      <Button type="submit" aria-disabled={busy}>
        {policy ? 'Propose this change' : 'Set approvers'}
      </Button>
    </form>
  )
}
