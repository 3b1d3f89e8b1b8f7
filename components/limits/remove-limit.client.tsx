'use client'

import { AskFirst } from '#components/ui/ask-first.client.tsx'
import type { Limit } from '#hooks/use-limits.ts'
import { limitName, subjectOf } from './limit-words.ts'

interface RemoveLimitProps {
  limit: Limit
  keys: readonly { id: string; masked: string | null }[]
  onRemove: () => Promise<void>
  onClose: () => void
}

/** Asks before a limit is removed, and says what follows. */
export default function RemoveLimit({ limit, keys, onRemove, onClose }: RemoveLimitProps) {
  const subject = subjectOf(limit, keys)
  return (
    <AskFirst title="Remove this limit?" label="Remove limit" onConfirm={onRemove} onClose={onClose}>
      <p>
        {subject}: {limitName(limit)}.{' '}
        {limit.kind === 'hard' ? 'What it refuses is served again' : 'Nobody is told any more'} within a second.
      </p>
    </AskFirst>
  )
}
