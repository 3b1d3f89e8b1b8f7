'use client'

import { type FormEvent, useRef, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { showFlow, showFlowExact } from '#lib/format/money.ts'
import { parseFlow } from '#lib/money/decimal.ts'
import type { VaultReport } from '#hooks/api-types.ts'
import type { Controls } from '#hooks/use-control.ts'
import { figuresOf } from '#components/subscriptions/vault-figures.ts'
import { ControlRow } from './control-row.tsx'
import { amountFault } from './control-rules.ts'

/** Below which rest the chain reminds of a deposit. */
export function ReminderRow({ vault, controls }: { vault: VaultReport; controls: Controls }) {
  const { reminderBelow } = vault
  const [text, setText] = useState(reminderBelow ?? '')
  const [fault, setFault] = useState<string | undefined>()
  const form = useRef<HTMLFormElement>(null)
  const busy = controls.running !== null
  const isBelow = reminderBelow !== null && figuresOf(vault).left < parseFlow(reminderBelow)

  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const found = amountFault(text)
    setFault(found)
    if (found) form.current?.querySelector('input')?.focus()
    else void controls.perform({ kind: 'reminder', below: text.trim() })
  }
  return (
    <ControlRow
      id="reminder"
      title="Top-up reminder"
      kinds={['reminder']}
      controls={controls}
      done="The reminder is on chain."
      explain={
        <p>
          The subscription’s page shows a reminder, and the chain says so once with an event, when less than this is
          left. Choose more than you use while you are away.
        </p>
      }
      now={
        reminderBelow ? (
          <>
            Below <span title={showFlowExact(parseFlow(reminderBelow))}>{showFlow(parseFlow(reminderBelow))}</span>
            {isBelow ? ', as now.' : '.'}
          </>
        ) : (
          'No reminder.'
        )
      }
    >
      <form ref={form} onSubmit={submit} noValidate className="max-w-sm space-y-3" aria-label="Top-up reminder">
        <Field
          id="reminder-below"
          label="Remind below"
          unit="FLOW"
          inputMode="decimal"
          autoComplete="off"
          value={text}
          error={fault}
          onChange={(event) => setText(event.target.value)}
        />
        <div className="flex flex-wrap gap-2">
          <Button type="submit" aria-disabled={busy}>
            Set reminder
          </Button>
          {reminderBelow ? (
            <Button
              kind="quiet"
              aria-disabled={busy}
              onClick={() => void controls.perform({ kind: 'reminder', below: null })}
            >
              Remove reminder
            </Button>
          ) : null}
        </div>
      </form>
    </ControlRow>
  )
}
