'use client'

import useSWR from 'swr'
import { type ApiError, callApi, getJson } from './api.ts'
import { useSession } from './use-session.ts'

export interface Limit {
  id: string
  account: string | null
  scope: 'key' | 'end_user' | 'organization'
  value: string
  metric: 'tokens' | 'requests' | 'usd'
  per: 'day' | 'month' | 'all'
  kind: 'soft' | 'hard'
  amount: string
  used: string
  percent: number
  blocked: boolean
  resetsAt: string | null
}

export type NewLimit = Pick<Limit, 'id' | 'account' | 'scope' | 'value' | 'metric' | 'per' | 'kind' | 'amount'>

interface LimitList {
  limits: Limit[]
  keys: { id: string; masked: string | null }[]
}

const PATH = '/api/limits'
const ASK_MS = 5_000

/** The limits of an account, with what is used of them, and the ways to change them. */
export function useLimits(account: string) {
  const { session } = useSession()
  const key = session ? ([`${PATH}?account=${account}`, session.address] as const) : null
  const { data, error, mutate } = useSWR<LimitList, ApiError>(
    key,
    ([path]: readonly [string, string]) => getJson(path),
    {
      refreshInterval: ASK_MS,
      keepPreviousData: true,
    },
  )
  const change = async (work: Promise<unknown>): Promise<void> => {
    try {
      await work
    } finally {
      // Also after an answer that was lost: the list tells whether it was done.
      await mutate()
    }
  }
  return {
    data,
    error,
    refresh: () => void mutate(),
    /** The id is the caller's choice: sending the same again sets no second limit. */
    set: (limit: NewLimit) => change(callApi(PATH, 'POST', limit)),
    setAmount: (id: string, amount: string) => change(callApi(`${PATH}/${id}`, 'PATCH', { amount })),
    remove: (id: string) => change(callApi(`${PATH}/${id}`, 'DELETE')),
  }
}
