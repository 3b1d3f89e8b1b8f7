'use client'

import { type FormEvent, useEffect, useRef, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import type { KeyProvider } from '#lib/byok/providers.ts'
import { useAttempt } from '#hooks/use-attempt.ts'
import type { ProviderKeyDraft } from '#hooks/use-provider-keys.ts'
import { type KeyFaults, keyFaults } from './byok-words.ts'

interface KeyFormProps {
  provider: KeyProvider
  /** The address that is stored with the key now. */
  baseUrl: string | null
  onStore: (draft: ProviderKeyDraft) => Promise<void>
  onCancel: () => void
}

/** Takes a key. It is kept in this form until it is stored, and nowhere else in the browser. */
export default function KeyForm({ provider, baseUrl, onStore, onCancel }: KeyFormProps) {
  const { busy, fault, attempt } = useAttempt()
  const [key, setKey] = useState('')
  const [address, setAddress] = useState(baseUrl ?? '')
  const [faults, setFaults] = useState<KeyFaults>({})
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => form.current?.querySelector('input')?.focus(), [])

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const found = keyFaults(provider.id, key, address.trim())
    setFaults(found)
    if (found.key || found.address) {
      document.getElementById(`${provider.id}-${found.key ? 'key' : 'address'}`)?.focus()
      return
    }
    await attempt(() => onStore({ provider: provider.id, api_key: key.trim(), base_url: address.trim() || null }))
  }
  return (
    <form
      ref={form}
      onSubmit={submit}
      noValidate
      aria-label={`Key for ${provider.name}`}
      className="mt-3 max-w-xl space-y-4 rounded-md border border-line bg-surface p-4"
    >
      <Field
        id={`${provider.id}-key`}
        label="API key"
        hint={`${provider.name} gives ${provider.keyHint}.`}
        type="password"
        autoComplete="off"
        spellCheck={false}
        className="font-mono"
        value={key}
        error={faults.key}
        onChange={(event) => setKey(event.target.value)}
      />
      <details open={address !== ''} className="text-sm">
        <summary className="w-fit text-text-2 hover:text-text">Another address than {provider.name}’s</summary>
        <div className="mt-2">
          <Field
            id={`${provider.id}-address`}
            label="Base URL"
            hint="OpenAI-compatible, https, on the public internet. Addresses inside a private network are refused."
            type="url"
            inputMode="url"
            autoComplete="off"
            value={address}
            error={faults.address}
            onChange={(event) => setAddress(event.target.value)}
          />
        </div>
      </details>
      <div className="flex flex-wrap gap-2">
        <Button type="submit" kind="primary" aria-disabled={busy}>
          {busy ? 'Storing the key' : 'Store key'}
        </Button>
        <Button onClick={onCancel}>Cancel</Button>
      </div>
      {fault ? <p className="text-sm text-bad">{fault.message}</p> : null}
    </form>
  )
}
