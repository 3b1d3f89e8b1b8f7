'use client'

import type { ApiError } from '#hooks/api.ts'
import { Button } from './button.tsx'
import { Notice } from './notice.tsx'

interface StaleNoticeProps {
  error: ApiError
  onRetry: () => void
  /** There are no old figures: the first answer failed. */
  isEmpty?: boolean
}

/** A refresh failed: the old figures stay, and this says why they may be old. */
export function StaleNotice({ error, onRetry, isEmpty = false }: StaleNoticeProps) {
  return (
    <div className="mb-4">
      <Notice
        tone="warn"
        live="polite"
        title={isEmpty ? 'This can’t be shown now.' : 'These figures may be old.'}
        actions={<Button onClick={onRetry}>{isEmpty ? 'Try again' : 'Update now'}</Button>}
      >
        {error.message}
      </Notice>
    </div>
  )
}
