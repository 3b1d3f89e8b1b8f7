'use client'

import { type FormEvent, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { Meter } from '#components/ui/meter.tsx'
import { Status } from '#components/ui/status.tsx'
import { useAnnounce } from '#hooks/use-announce.ts'
import type { Limit } from '#hooks/use-limits.ts'
import { amountFault, limitName, limitStatus, subjectOf, usedInWords, withoutSeparators } from './limit-words.ts'

interface LimitRowProps {
  limit: Limit
  keys: readonly { id: string; masked: string | null }[]
  onAmount: (amount: string) => Promise<void>
  onRemove: () => void
}

/** One limit: whom, how much, what is used, and what happens. */
export function LimitRow({ limit, keys, onAmount, onRemove }: LimitRowProps) {
  const [editing, setEditing] = useState(false)
  const { tone, words } = limitStatus(limit)
  const subject = subjectOf(limit, keys)
  const name = limitName(limit)
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone
  return (
    <div className="py-3">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p className="min-w-0 wrap-anywhere">
          <span className="font-medium">{subject}</span>: {name}
        </p>
        <p className="flex flex-wrap items-center gap-2">
          <Status tone={tone}>{words}</Status>
          <Button kind="quiet" aria-expanded={editing} onClick={() => setEditing(!editing)}>
            Change<span className="sr-only"> the limit of {name}</span>
          </Button>
          <Button kind="quiet" onClick={onRemove}>
            Remove<span className="sr-only"> the limit of {name}</span>
          </Button>
        </p>
      </div>
      <Meter percent={limit.percent} tone={tone} />
      <p className="mt-1 text-xs text-text-2">{usedInWords(limit, zone)}</p>
      {editing ? <AmountForm limit={limit} onAmount={onAmount} onDone={() => setEditing(false)} /> : null}
    </div>
  )
}

interface AmountFormProps {
  limit: Limit
  onAmount: (amount: string) => Promise<void>
  onDone: () => void
}

function AmountForm({ limit, onAmount, onDone }: AmountFormProps) {
  const announce = useAnnounce()
  const [amount, setAmount] = useState(limit.metric === 'usd' ? limit.amount.replace(/\.?0+$/, '') : limit.amount)
  const [fault, setFault] = useState<string | undefined>()
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const wanted = withoutSeparators(amount)
    const found = amountFault(limit.metric, wanted)
    setFault(found)
    if (found) return
    try {
      await onAmount(wanted)
      announce('The limit is changed. It is enforced within a second.')
      onDone()
    } catch (thrown) {
      setFault(thrown instanceof Error ? thrown.message : 'The limit was not changed. Try again.')
    }
  }
  return (
    <form onSubmit={submit} noValidate className="mt-3 flex max-w-md flex-wrap items-end gap-2">
      <div className="min-w-48 flex-1">
        <Field
          id={`amount-${limit.id}`}
          label="New amount"
          unit={limit.metric === 'usd' ? 'USD' : limit.metric}
          inputMode="decimal"
          autoComplete="off"
          value={amount}
          error={fault}
          onChange={(event) => setAmount(event.target.value)}
        />
      </div>
      <Button type="submit" kind="primary">
        Change limit
      </Button>
      <Button onClick={onDone}>Cancel</Button>
    </form>
  )
}
