'use client'

import type { ApiError } from '#hooks/api.ts'
import { Button } from './button.tsx'
import { Notice } from './notice.tsx'

/** A refresh failed: the old figures stay, and this says why they may be old. */
export function StaleNotice({ error, onRetry }: { error: ApiError; onRetry: () => void }) {
  return (
    <div className="mb-4">
      <Notice
        tone="warn"
        live="polite"
        title="These figures may be old."
        actions={<Button onClick={onRetry}>Update now</Button>}
      >
        {error.message}
      </Notice>
    </div>
  )
}
