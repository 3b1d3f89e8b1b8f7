'use client'

import useSWR from 'swr'
import { type ApiError, getJson } from './api.ts'
import { useSession } from './use-session.ts'

/** While the page is visible; a hidden page asks nothing and asks once on its return. */
export const LIVE_MS = 1_000
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

/** Takes an answer with the account that it was fetched for. */
type OnAnswer<T> = (answer: T, address: string) => void

/** What the signed-in account may see at an address of the API, kept up to date. */
export function useLive<T>(path: string, refreshInterval = LIVE_MS, onAnswer?: OnAnswer<T>): Live<T> {
  const { session } = useSession()
  // The account is part of the key, so that what one account saw is never shown to the next; what a page kept of the
  // former one ends with the page (`PerAccount`).
  const key = session ? ([path, session.address] as const) : null
  const ask = async ([url, address]: readonly [string, string]): Promise<T> => {
    const answer = await getJson<T>(url)
    onAnswer?.(answer, address)
    return answer
  }
  const { data, error, mutate } = useSWR<T, ApiError>(key, ask, { ...LIVE, refreshInterval })
  return { data, error, refresh: () => void mutate() }
}
