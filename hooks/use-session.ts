'use client'

import { createContext, useCallback, useContext } from 'react'
import useSWR from 'swr'
import { getJson } from './api.ts'
import type { Session } from './api-types.ts'

export const SESSION_PATH = '/api/auth/session'
/** A session that ended elsewhere is noticed within this time even without focus. */
const CHECK_MS = 30_000

/** The session that ended by itself, while its person is asked to sign in again. */
export const EndedSessionContext = createContext<Session | null>(null)

export interface SessionState {
  /** `undefined` until it is known. One that ended by itself stays while its person is asked to sign in again. */
  session: Session | null | undefined
  /** It is such a one. */
  hasEnded: boolean
  error: Error | undefined
  /** Asks the server, or takes what the caller just learnt from it. */
  refresh: (known?: Session | null) => Promise<Session | null | undefined>
}

/** Who is signed in. */
export function useSession(): SessionState {
  const ended = useContext(EndedSessionContext)
  const { data, error, mutate } = useSWR<Session | null, Error>(SESSION_PATH, getJson, {
    refreshInterval: CHECK_MS,
    // Of an ended session nothing else is asked.
    isPaused: () => false,
  })
  const refresh = useCallback(
    (known?: Session | null) => (known === undefined ? mutate() : mutate(known, { revalidate: false })),
    [mutate],
  )
  const hasEnded = data === null && ended !== null
  return { session: hasEnded ? ended : data, hasEnded, error, refresh }
}
