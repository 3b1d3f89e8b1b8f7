'use client'

import { type FormEvent, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import type { AlertChannel } from '#hooks/use-alert-channels.ts'

interface AddChannelProps {
  mailIsSetUp: boolean
  onAdd: (kind: AlertChannel['kind'], target: string) => Promise<string | null>
  onSecret: (secret: string | null) => void
}

const KINDS = {
  webhook: { label: 'Webhook address', hint: 'https, on the public internet. Each delivery is signed.' },
  email: { label: 'Mail address', hint: 'It gets a mail with a link, and alerts once that was opened.' },
} as const

/** Adds a webhook, or a mail address where the installation sends mail. */
export function AddChannel({ mailIsSetUp, onAdd, onSecret }: AddChannelProps) {
  const [kind, setKind] = useState<AlertChannel['kind']>('webhook')
  const [target, setTarget] = useState('')
  const [fault, setFault] = useState<string | undefined>()
  const [busy, setBusy] = useState(false)

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (busy) return
    setBusy(true)
    try {
      onSecret(await onAdd(kind, target.trim()))
      setTarget('')
      setFault(undefined)
    } catch (thrown) {
      setFault(thrown instanceof Error ? thrown.message : 'Nothing was added. Try again.')
    } finally {
      setBusy(false)
    }
  }
  const { label, hint } = KINDS[kind]
  return (
    <form onSubmit={submit} noValidate className="max-w-xl space-y-3">
      {mailIsSetUp ? (
        <fieldset className="flex flex-wrap gap-4 text-sm">
          <legend className="sr-only">Kind of channel</legend>
          {(['webhook', 'email'] as const).map((each) => (
            <label key={each} className="flex min-h-6 items-center gap-2 pointer-coarse:min-h-11">
              <input
                type="radio"
                name="channel-kind"
                className="accent-accent"
                checked={kind === each}
                onChange={() => setKind(each)}
              />
              {each === 'webhook' ? 'Webhook' : 'Mail'}
            </label>
          ))}
        </fieldset>
      ) : null}
      <Field
        id="channel-target"
        label={label}
        hint={hint}
        type={kind === 'email' ? 'email' : 'url'}
        inputMode={kind === 'email' ? 'email' : 'url'}
        autoComplete="off"
        value={target}
        error={fault}
        onChange={(event) => setTarget(event.target.value)}
      />
      <Button type="submit" aria-disabled={busy}>
        {kind === 'webhook' ? 'Add webhook' : 'Add mail address'}
      </Button>
    </form>
  )
}
