'use client'

import { type FormEvent, useState } from 'react'
import { POWER_WORDS } from '#components/credits/credit-words.ts'
import { Button } from '#components/ui/button.tsx'
import { Time } from '#components/ui/time.client.tsx'
import type { GatewayKey } from '#hooks/credit-types.ts'
import { useAttempt } from '#hooks/use-attempt.ts'
import type { KeyDraft } from '#hooks/use-gateway-keys.ts'
import { KeyFields } from './key-fields.tsx'
import { draftOf, type KeyText, nameFault, textOf } from './key-draft.ts'

interface KeyRowProps {
  gatewayKey: GatewayKey
  onSave: (draft: KeyDraft) => Promise<void>
  onRevoke: () => void
}

/** One key: how it is recognised, when it was used, what it asks for. */
export function KeyRow({ gatewayKey: key, onSave, onRevoke }: KeyRowProps) {
  const [editing, setEditing] = useState(false)
  return (
    <div className="py-3">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p className="min-w-0 wrap-anywhere">
          <span className="font-medium">{key.name}</span>{' '}
          <span className="font-mono text-xs text-text-2">{key.masked}</span>
        </p>
        <p className="flex flex-wrap items-center gap-2">
          <Button kind="quiet" aria-expanded={editing} onClick={() => setEditing(!editing)}>
            Change<span className="sr-only"> {key.name}</span>
          </Button>
          <Button kind="quiet" onClick={onRevoke}>
            Revoke<span className="sr-only"> {key.name}</span>
          </Button>
        </p>
      </div>
      <p className="text-xs text-text-2">
        {key.last_used_at ? (
          <>
            Used <Time at={key.last_used_at} />
          </>
        ) : (
          'Never used'
        )}
        , made <Time at={key.created_at} />.{' '}
        {key.power ? `${POWER_WORDS[key.power]} unless a request asks otherwise` : 'Power as the request asks'}.{' '}
        {key.models ? `Only ${key.models.join(', ')}.` : 'All models of the tier.'}
      </p>
      {editing ? <ChangeForm gatewayKey={key} onSave={onSave} onDone={() => setEditing(false)} /> : null}
    </div>
  )
}

interface ChangeFormProps {
  gatewayKey: GatewayKey
  onSave: (draft: KeyDraft) => Promise<void>
  onDone: () => void
}

function ChangeForm({ gatewayKey, onSave, onDone }: ChangeFormProps) {
  const { busy, fault, attempt } = useAttempt()
  const [text, setText] = useState<KeyText>(() => textOf(gatewayKey))
  const [name, setName] = useState<string | undefined>()
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const found = nameFault(text.name)
    setName(found)
    if (found) return document.getElementById(`${gatewayKey.id}-name`)?.focus()
    if (await attempt(() => onSave(draftOf(text)))) onDone()
  }
  return (
    <form onSubmit={submit} noValidate aria-label={`Change ${gatewayKey.name}`} className="mt-3 max-w-xl space-y-4">
      <KeyFields prefix={gatewayKey.id} text={text} nameFault={name} onChange={setText} />
      <div className="flex flex-wrap gap-2">
        <Button type="submit" kind="primary" aria-disabled={busy}>
          Change key
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </div>
      {fault ? <p className="text-sm text-bad">{fault.message}</p> : null}
    </form>
  )
}
