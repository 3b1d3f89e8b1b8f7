'use client'

import useSWR from 'swr'
import { type ApiError, getJson } from './api.ts'
import { useSession } from './use-session.ts'

/** While the page is visible; a hidden page asks nothing and asks once on its return. */
const LIVE_MS = 1_000
/** SWR takes a second question within 2 s for the first one, unless told otherwise. */
const DEDUPE_MS = 300
const LIVE = {
  dedupingInterval: DEDUPE_MS,
  refreshWhenHidden: false,
  keepPreviousData: true,
} as const

export interface Live<T> {
  data: T | undefined
  error: ApiError | undefined
  /** Ask again now. */
  refresh: () => void
}

/** What the signed-in account may see at an address of the API, kept up to date. */
export function useLive<T>(path: string, refreshInterval = LIVE_MS): Live<T> {
  const { session } = useSession()
  // The account is part of the key, so that what one account saw is never shown to the next.
  const key = session ? ([path, session.address] as const) : null
  const { data, error, mutate } = useSWR<T, ApiError>(key, ([url]: readonly [string, string]) => getJson<T>(url), {
    ...LIVE,
    refreshInterval,
  })
  return { data, error, refresh: () => void mutate() }
}
