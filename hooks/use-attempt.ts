'use client'

import { useCallback, useRef, useState } from 'react'
import { ApiError } from './api.ts'
import { useAnnounce } from './use-announce.ts'

export interface Attempt {
  busy: boolean
  /** Why the last one failed. */
  fault: ApiError | null
  /** One at a time: a second click while one runs does nothing. Answers whether it was done. */
  attempt: (work: () => Promise<void>) => Promise<boolean>
  clear: () => void
}

const toFault = (thrown: unknown): ApiError =>
  thrown instanceof ApiError
    ? thrown
    : new ApiError('internal', thrown instanceof Error ? thrown.message : 'Nothing was changed. Try again.', 0)

/** Does something that may be refused; the refusal is said at once and kept to be shown. */
export function useAttempt(): Attempt {
  const announce = useAnnounce()
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<ApiError | null>(null)
  const running = useRef(false)
  const attempt = useCallback(
    async (work: () => Promise<void>): Promise<boolean> => {
      if (running.current) return false
      running.current = true
      setBusy(true)
      setFault(null)
      try {
        await work()
        return true
      } catch (thrown) {
        const failure = toFault(thrown)
        setFault(failure)
        announce(failure.message, 'assertive')
        return false
      } finally {
        running.current = false
        setBusy(false)
      }
    },
    [announce],
  )
  return { busy, fault, attempt, clear: useCallback(() => setFault(null), []) }
}
