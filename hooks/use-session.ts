'use client'

import { useCallback } from 'react'
import useSWR from 'swr'
import { getJson } from './api.ts'
import type { Session } from './api-types.ts'

export const SESSION_PATH = '/api/auth/session'
/** A session that ended elsewhere is noticed within this time even without focus. */
const CHECK_MS = 30_000

export interface SessionState {
  /** `undefined` until it is known. */
  session: Session | null | undefined
  error: Error | undefined
  /** Asks the server, or takes what the caller just learnt from it. */
  refresh: (known?: Session | null) => Promise<Session | null | undefined>
}

/** Who is signed in. */
export function useSession(): SessionState {
  const { data, error, mutate } = useSWR<Session | null, Error>(SESSION_PATH, getJson, { refreshInterval: CHECK_MS })
  const refresh = useCallback(
    (known?: Session | null) => (known === undefined ? mutate() : mutate(known, { revalidate: false })),
    [mutate],
  )
  return { session: data, error, refresh }
}
