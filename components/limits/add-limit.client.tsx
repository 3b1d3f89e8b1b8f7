'use client'

import { type FormEvent, useRef, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Choice } from '#components/ui/choice.tsx'
import { Field } from '#components/ui/field.tsx'
import { Select } from '#components/ui/select.tsx'
import { newRequestKey } from '#hooks/new-request-key.ts'
import type { Limit, NewLimit } from '#hooks/use-limits.ts'
import { amountFault, withoutSeparators } from './limit-words.ts'

interface AddLimitProps {
  keys: readonly { id: string; masked: string | null }[]
  onAdd: (limit: Omit<NewLimit, 'account'>) => Promise<void>
  onCancel: () => void
}

type Draft = Pick<Limit, 'scope' | 'metric' | 'per' | 'kind'> & { label: string; keyId: string; amount: string }

const LABELS = { end_user: 'An end user', organization: 'An organization' }
const scopesFor = (keys: number): Record<Limit['scope'], string> =>
  ({ ...(keys > 0 ? { key: keys > 1 ? 'One key' : 'The key' } : {}), ...LABELS }) as Record<Limit['scope'], string>
const METRICS = { tokens: 'tokens', requests: 'answered requests', usd: 'USD' }
const PERIODS = { day: 'a UTC day', month: 'a UTC month', all: 'in all' }

/** Known to the server, so that a form sent twice sets one limit. */
const newId = (): string => `limit_${newRequestKey()}`

export function AddLimit({ keys, onAdd, onCancel }: AddLimitProps) {
  const [id] = useState(newId)
  const form = useRef<HTMLFormElement>(null)
  const [draft, setDraft] = useState<Draft>({
    scope: keys.length > 0 ? 'key' : 'end_user',
    metric: 'tokens',
    per: 'month',
    kind: 'hard',
    label: '',
    keyId: keys[0]?.id ?? '',
    amount: '',
  })
  const [faults, setFaults] = useState<{ label?: string; amount?: string | undefined }>({})
  const change = (part: Partial<Draft>): void => setDraft({ ...draft, ...part })

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const { scope, metric, per, kind } = draft
    const amount = withoutSeparators(draft.amount)
    const value = scope === 'key' ? draft.keyId : draft.label.trim()
    const amountIs = amountFault(metric, amount)
    setFaults({ ...(value ? {} : { label: 'Enter the label that the calls carry.' }), amount: amountIs })
    if (!value || amountIs) {
      form.current?.querySelector<HTMLInputElement>(value ? '#limit-amount' : '#limit-label')?.focus()
      return
    }
    try {
      await onAdd({ id, scope, value, metric, per, kind, amount })
    } catch (thrown) {
      setFaults({ amount: thrown instanceof Error ? thrown.message : 'No limit was set. Try again.' })
    }
  }
  return (
    <form ref={form} onSubmit={submit} noValidate className="mt-4 max-w-2xl space-y-4 border-t border-line pt-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <Select
          id="limit-scope"
          label="For"
          options={scopesFor(keys.length)}
          value={draft.scope}
          onChange={(scope) => change({ scope })}
        />
        {draft.scope === 'key' && keys.length > 1 ? (
          <Select
            id="limit-key"
            label="Key"
            options={Object.fromEntries(keys.map((key) => [key.id, key.masked ?? key.id]))}
            value={draft.keyId}
            onChange={(keyId) => change({ keyId })}
          />
        ) : null}
        {draft.scope === 'key' ? null : (
          <Field
            id="limit-label"
            label={draft.scope === 'end_user' ? 'User, as calls name them' : 'Organization, as calls name it'}
            autoComplete="off"
            value={draft.label}
            error={faults.label}
            onChange={(event) => change({ label: event.target.value })}
          />
        )}
      </div>
      <div className="grid gap-4 sm:grid-cols-3">
        <Field
          id="limit-amount"
          label="At most"
          inputMode="decimal"
          autoComplete="off"
          value={draft.amount}
          error={faults.amount}
          onChange={(event) => change({ amount: event.target.value })}
        />
        <Select
          id="limit-metric"
          label="Of"
          options={METRICS}
          value={draft.metric}
          onChange={(metric) => change({ metric })}
        />
        <Select id="limit-per" label="Per" options={PERIODS} value={draft.per} onChange={(per) => change({ per })} />
      </div>
      <fieldset className="space-y-1 text-sm">
        <legend className="sr-only">When it is used up</legend>
        <Choice
          name="limit-kind"
          label="Refuse requests when it is used up, and tell me at 50, 80 and 100%"
          checked={draft.kind === 'hard'}
          onChoose={() => change({ kind: 'hard' })}
        />
        <Choice
          name="limit-kind"
          label="Only tell me at 50, 80 and 100%"
          checked={draft.kind === 'soft'}
          onChoose={() => change({ kind: 'soft' })}
        />
      </fieldset>
      <div className="flex flex-wrap gap-2">
        <Button type="submit" kind="primary">
          Set limit
        </Button>
        <Button onClick={onCancel}>Cancel</Button>
      </div>
    </form>
  )
}
