'use client'

import { AskFirst } from '#components/ui/ask-first.client.tsx'
import type { KeyProvider } from '#lib/byok/providers.ts'

interface DeleteKeyProps {
  provider: KeyProvider
  onDelete: () => Promise<void>
  onClose: () => void
}

/** Asks before a provider's key is deleted, and says what happens to its requests. */
export default function DeleteKey({ provider, onDelete, onClose }: DeleteKeyProps) {
  return (
    <AskFirst title={`Delete the key for ${provider.name}?`} label="Delete key" onConfirm={onDelete} onClose={onClose}>
      <p>
        Requests to {provider.name}’s models will use your credits from now on. To only pause it, turn it off instead.
      </p>
    </AskFirst>
  )
}
